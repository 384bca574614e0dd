"""Gates for tests cells: their label, and what a check must be to be judged and to teach."""

import ast

from ..lesson import exercises
from .code import code_cells, parse
from .names import FIXTURES
from .structure import due_points

RULE_LINES = 2


def tests_labeled(lesson):
    """A tests cell begins with `%%ipytest` and a label that agrees with its number, name and points."""
    for exercise in exercises(lesson):
        due = due_points(exercise)
        for cell in exercise.tests:
            first, label = [*cell.source.split("\n"), ""][:2]
            points = due.get(cell.name) or cell.points
            unit = "point" if points == 1 else "points"
            expected = f"# {exercise.number} · {cell.name} · {points} {unit} · locked"
            if first != "%%ipytest":
                yield lesson.error(
                    cell.line, f"'{cell.name}' does not begin with %%ipytest", "make that its first line"
                )
            elif label != expected and cell.name in due:
                yield lesson.error(
                    cell.line + 1, f"the label of '{cell.name}' does not agree", f"write {expected}"
                )


def tests_hold_checks(lesson):
    """A tests cell holds checks, each under a name of its own, and one of them takes `rng`."""
    for cell, checks in _tests_cells(lesson):
        names = [check.name for check in checks]
        if not checks:
            yield lesson.error(cell.fence, f"'{cell.name}' holds no check", "add a function test_…")
        elif not any("rng" in _arguments(check) for check in checks):
            yield lesson.error(
                cell.fence,
                f"no check of '{cell.name}' takes rng",
                "add one with random inputs: literal cases can be hard-coded",
            )
        for check in checks:
            if names.index(check.name) != checks.index(check):
                yield _mistake(
                    lesson,
                    cell,
                    check,
                    f"two checks are named {check.name}",
                    "give each a name of its own, or the first never runs",
                )


def checks_state_their_rule(lesson):
    """A check has a docstring of at most two lines: the rule."""
    for cell, check in _checks(lesson):
        rule = ast.get_docstring(check) or ""
        if not rule:
            yield _mistake(
                lesson, cell, check, f"{check.name} has no docstring", "say the rule that it checks"
            )
        elif len(rule.splitlines()) > RULE_LINES:
            yield _mistake(
                lesson,
                cell,
                check,
                f"the rule of {check.name} has {len(rule.splitlines())} lines",
                f"say it in {RULE_LINES}",
            )


def checks_take_see(lesson):
    """A check takes `see`, and asserts something."""
    for cell, check in _checks(lesson):
        if "see" not in _arguments(check):
            yield _mistake(
                lesson, cell, check, f"{check.name} does not take see", "add the argument see"
            )
        elif not any(isinstance(node, ast.Assert) for node in ast.walk(check)):
            yield _mistake(
                lesson, cell, check, f"{check.name} asserts nothing", "add assert see(…) == …"
            )


def asserts_see(lesson):
    """Every assert in a tests cell reads `assert see(…) == expected`."""
    for cell in code_cells(lesson, "tests"):
        for node in ast.walk(parse(cell.source) or ast.Module([], [])):
            if not isinstance(node, ast.Assert):
                continue
            test = node.test
            if not _sees(test):
                yield _mistake(lesson, cell, node, "an assert without see", "write assert see(…) == …")
            elif not (isinstance(test, ast.Compare) and _is_equality(test) and _sees(test.left)):
                yield _mistake(
                    lesson, cell, node, "an assert of another form", "write assert see(…) == …"
                )
            elif not _is_expected(test.comparators[0]):
                yield _mistake(
                    lesson,
                    cell,
                    node,
                    f"{ast.unparse(test.comparators[0])[:40]!r} is no expected value",
                    "use a literal, or a name that begins with expected",
                )


def parametrized_names_exist(lesson):
    """The names of `parametrize` are arguments of the check, each case has a value for each, and
    every other argument is a fixture."""
    for cell, check in _checks(lesson):
        parameters = set()
        for mark in filter(_is_parametrize, check.decorator_list):
            names = _parameter_names(mark)
            parameters |= set(names)
            yield from _faulty_cases(lesson, cell, mark, names)
        unused = sorted(parameters - _arguments(check))
        missing = sorted(_arguments(check) - parameters - FIXTURES)
        if unused:
            yield _mistake(
                lesson,
                cell,
                check,
                f"{check.name} has no argument '{unused[0]}'",
                "add it, or take it out of parametrize",
            )
        elif missing:
            yield _mistake(
                lesson,
                cell,
                check,
                f"nothing gives {check.name} its argument '{missing[0]}'",
                "parametrize it; the fixtures are see, rng and clock",
            )


def checks_are_quiet(lesson):
    """A tests cell prints nothing and ends without a value."""
    for cell in code_cells(lesson, "tests"):
        tree = parse(cell.source) or ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                yield _mistake(lesson, cell, node, "a check prints", "leave out print")
        for node in tree.body:
            if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
                yield _mistake(
                    lesson,
                    cell,
                    node,
                    "a value at the end of a tests cell counts as points in nbgrader",
                    "assign it, or move it into a function",
                )


def tests_import_no_answers(lesson):
    """A tests cell imports libraries only, nothing of the notebook."""
    for cell in code_cells(lesson, "tests"):
        for node in ast.walk(parse(cell.source) or ast.Module([], [])):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            for module in imported:
                if module.partition(".")[0] in ("__main__", "webcourse", ""):
                    yield _mistake(
                        lesson,
                        cell,
                        node,
                        f"a tests cell imports {module}",
                        "the names of the notebook are there already",
                    )


def _tests_cells(lesson):
    """Yield (tests cell, its test functions)."""
    for cell in code_cells(lesson, "tests"):
        tree = parse(cell.source)
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        if tree:
            yield cell, [n for n in tree.body if isinstance(n, functions) and n.name.startswith("test")]


def _checks(lesson):
    """Yield (tests cell, test function)."""
    return ((cell, check) for cell, checks in _tests_cells(lesson) for check in checks)


def _mistake(lesson, cell, node, problem, cure):
    """A LessonError at the line of a node in a cell."""
    return lesson.error(cell.line + node.lineno - 1, problem, cure)


def _arguments(function):
    """The names of a function's arguments."""
    arguments = function.args
    return {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _is_see(node):
    """Whether a node calls see, see.error or see.aerror."""
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in ("error", "aerror"):
        called = called.value
    return isinstance(called, ast.Name) and called.id == "see"


def _sees(node):
    """Whether a see call stands within a node."""
    return any(map(_is_see, ast.walk(node)))


def _is_equality(compare):
    """Whether a comparison is one ==."""
    return len(compare.ops) == 1 and isinstance(compare.ops[0], ast.Eq)


def _is_expected(node):
    """Whether a node is made of literals and of names that begin with expected."""
    if isinstance(node, ast.Name):
        return node.id.startswith("expected")
    if isinstance(node, ast.Call):  # the empty set has no literal
        return ast.unparse(node) in ("set()", "frozenset()")
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return all(map(_is_expected, children))


def _is_parametrize(decorator):
    """Whether a decorator is pytest.mark.parametrize with its names in a literal."""
    return (
        isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func).endswith("mark.parametrize")
        and bool(decorator.args)
        and isinstance(decorator.args[0], (ast.Constant, ast.List, ast.Tuple))
    )


def _parameter_names(mark):
    """The names that a parametrize mark gives values to."""
    names = ast.literal_eval(mark.args[0])
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)


def _faulty_cases(lesson, cell, mark, names):
    """Yield a mistake for each literal case with too many or too few values."""
    cases = mark.args[1].elts if len(mark.args) > 1 and isinstance(mark.args[1], ast.List) else []
    for case in cases:
        if len(names) > 1 and isinstance(case, ast.Tuple) and len(case.elts) != len(names):
            yield _mistake(
                lesson,
                cell,
                case,
                f"a case with {len(case.elts)} values for {len(names)} names",
                f"give it one each for {', '.join(names)}",
            )


GATES = (
    tests_labeled,
    tests_hold_checks,
    checks_state_their_rule,
    checks_take_see,
    asserts_see,
    parametrized_names_exist,
    checks_are_quiet,
    tests_import_no_answers,
)
