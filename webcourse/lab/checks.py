"""Checks: locked `%%ipytest` cells of plain pytest functions, run by calling them.

A check is a function `test_…` with the fixtures `see`, `rng` and `clock` and the arguments of
`pytest.mark.parametrize`. Calling the functions ourselves takes a millisecond where a pytest run
in a notebook takes fifty, and lets the report speak to the student: what was called, what was
expected, what came, and the rule. A `%%ipytest` cell without our label runs under ipytest itself.

What a check saw is kept as plain data (`plain.py`). At grading that transcript leaves the student's
process and is compared elsewhere with the reference solution's.
"""

import ast
import asyncio
import contextlib
import functools
import inspect
import io
import itertools
import linecache
import os
import random
import re
import sys
from dataclasses import dataclass, field

from . import clock as clocks
from .limits import TimeLimitExceeded, time_limit
from .plain import encode, plain
from .report import NOT_WRITTEN, Failure, describe_call, is_unwritten, render, unable
from .syntax import parse

LABEL = re.compile(r"# (?P<number>[\d.]+) · (?P<name>[\w-]+) · (?P<points>\d+) points? · locked")
HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
VERDICT_MIME = "application/vnd.webcourse.verdict+json"
SEED_VARIABLE = "WEBCOURSE_SEED"  # set while grading
CALLS_VARIABLE = "WEBCOURSE_CALLS"  # set while the reference solution is graded
COMPILE_ONLY = "--compile-only"  # argument of the magic
NOTEBOOK_SEED = "notebook"
START = 1_900_000_000  # 2030-03-17: a check sees the same time of day on every run
CPU_SECONDS = 5  # of computing that a check may do, a thousand times what it needs
REPORTED_IN_FULL = 5  # failed checks of a cell
STARTING = "The cells above have run, from the top and without an error."
PRINTED = 2_000  # characters kept of what the student's code prints during a check

verdicts = {}  # name of a tests cell -> its last Verdict, for the progress table
assignment = ""  # name of the lesson, set by `setup`


@dataclass
class Check:
    """The outcome of one test function."""

    name: str
    rule: str  # the docstring
    hidden: bool = False
    passed: bool = False
    seen: list = field(default_factory=list)  # encoded values, in the order of the `see` calls
    calls: list = field(default_factory=list)  # what stood in each `see(…)`, where that is asked for
    report: list = field(default_factory=list)  # lines

    @property
    def title(self):
        return self.name.removeprefix("test_").replace("_", " ")


@dataclass
class Verdict:
    """The outcome of one tests cell."""

    number: str
    name: str
    points: int
    checks: list

    @property
    def passed(self):
        return bool(self.checks) and all(check.passed for check in self.checks)

    def as_json(self):
        """What leaves the student's process at grading."""
        return {"cell": self.name, "points": self.points, "checks": [vars(c) for c in self.checks]}


class ChecksFailed(Exception):
    """At least one check of a cell failed. Its rendering is the report, without a stack."""

    def __init__(self, lines):
        super().__init__("\n".join(lines))
        self.lines = lines

    def _render_traceback_(self):
        return self.lines


class See:
    """The fixture `see`: hands a value back as plain data and remembers it."""

    def __init__(self, filename=""):
        self.seen, self.calls = [], []
        self.filename = filename if CALLS_VARIABLE in os.environ else ""

    def __call__(self, value):
        value = plain(value)
        self.seen.append(encode(value))
        if self.filename:
            self.calls.append(describe_call(sys._getframe(1), self.filename))
        return value

    def error(self, expected, function, *args, message=False, **kwargs):
        """What calling *function* raised: the name of *expected* for that type or a subclass,
        the name of another exception, or "no error". With *message*, its text as well."""
        try:
            function(*args, **kwargs)
        except Exception as error:
            return self(_name_error(error, expected, message))
        return self("no error")

    async def aerror(self, expected, function, *args, message=False, **kwargs):
        """`error` for a coroutine function."""
        try:
            await function(*args, **kwargs)
        except (Exception, asyncio.CancelledError) as error:
            return self(_name_error(error, expected, message))
        return self("no error")


def _name_error(error, expected, message):
    name = (expected if isinstance(error, expected) else type(error)).__name__
    return f"{name}: {error}" if message else name


# ------------------------------------------------------------------ the cell


def run_cell(cell, namespace):
    """What `%%ipytest` does with a cell that has our label.

    Prints the report, or raises it as `ChecksFailed`; while grading, also leaves the verdict in the
    cell's output.
    """
    verdict = judge(cell, namespace, os.environ.get(SEED_VARIABLE, NOTEBOOK_SEED))
    verdicts[verdict.name] = verdict
    if SEED_VARIABLE in os.environ:
        from IPython.display import publish_display_data

        publish_display_data({VERDICT_MIME: verdict.as_json()})
    lines = report(verdict)
    if not verdict.passed:
        raise ChecksFailed(lines)
    print("\n".join(lines))


def judge(source, namespace, seed, stop_early=False):
    """Run the checks of a tests cell.

    Args:
        source (str): the cell without its magic line.
        namespace (dict): the notebook's names. The checks work on a copy.
        seed (str): of the fixture `rng`.
        stop_early (bool): leave the checks after the first failure out.

    Returns:
        Verdict

    Raises:
        ValueError: if the cell has no label.
    """
    label = LABEL.match(source)
    if not label:
        raise ValueError("a tests cell begins with a label such as '# 1.7 · name · 3 points · locked'")
    checks = []
    try:
        functions, hidden, filename = _load(source, label["name"], dict(namespace))
    except Exception as error:  # what the checks build on is not there
        functions = []
        checks.append(Check("the_checks_can_start", STARTING, report=unable(STARTING, error)))
    for function in functions:
        first_line = function.__code__.co_firstlineno
        check = Check(function.__name__, inspect.getdoc(function) or "", first_line in hidden)
        _run(check, function, f"{seed} {label['name']} {function.__name__}", filename)
        checks.append(check)
        if stop_early and not check.passed:
            break
    return Verdict(label["number"], label["name"], int(label["points"]), checks)


def report(verdict):
    """The lines that a student sees under a tests cell."""
    shown = [check for check in verdict.checks if not check.hidden]
    passed = sum(check.passed for check in shown)
    lines = list(_lines(shown))
    for rule in dict.fromkeys(c.rule for c in verdict.checks if c.hidden and not c.passed):
        lines += ["✗ one more example of a stated rule", f"    rule      {rule}"]
    if not shown and not verdict.checks:
        return ["✗ this cell holds no checks: get a fresh copy of the notebook"]
    earned = verdict.points if verdict.passed else 0
    lines.append(
        f"{passed} of {len(shown)} visible checks pass, {earned} of {verdict.points} points; "
        "grading adds examples of the same rules."
    )
    return lines


def _lines(shown):
    """What is not written yet in one line, the other failures in full, then by their titles."""
    failed = [check for check in shown if not check.passed and not is_unwritten(check.report)]
    if any(is_unwritten(check.report) for check in shown):
        yield f"✗ {NOT_WRITTEN}"
    for check in shown:
        if check.passed or check in failed[:REPORTED_IN_FULL]:
            yield from check.report
        elif check in failed:
            yield check.report[0]


# ------------------------------------------------------------------ collecting


class _KeepOperands(ast.NodeTransformer):
    """`assert A == B` becomes `assert (@left := A) == (@right := B)`.

    The names cannot clash with any in the source, and after a failure the report finds both
    values among the frame's variables.
    """

    def visit_Assert(self, node):
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            test.left = self._named("@left", test.left)
            test.comparators = [self._named("@right", test.comparators[0])]
        return ast.fix_missing_locations(node)

    @staticmethod
    def _named(name, value):
        target = ast.copy_location(ast.Name(name, ast.Store()), value)
        return ast.copy_location(ast.NamedExpr(target, value), value)


def _load(source, name, scope):
    """The test functions of a cell, the lines of its hidden ones, and the name of its code."""
    code, hidden, filename = _compiled(source, name)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    for stale in [key for key in scope if key.startswith("test_")]:
        del scope[stale]
    exec(code, scope)
    functions = [
        value
        for key, value in scope.items()
        if key.startswith("test_") and getattr(value, "__code__", None)
    ]
    return functions, hidden, filename


def compile_cell(source):
    """Have a tests cell compiled before it is run: grading does so once for all submissions."""
    label = LABEL.match(source)
    if label:
        _compiled(source, label["name"])


@functools.lru_cache(maxsize=256)
def _compiled(source, name):
    filename = f"<checks {name}>"
    tree = _KeepOperands().visit(parse(source, filename))
    return compile(tree, filename, "exec"), _hidden_lines(source), filename


def _hidden_lines(source):
    lines, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        inside = (inside or HIDDEN[0] in line) and HIDDEN[1] not in line
        if inside:
            lines.add(number)
    return lines


def _cases(function):
    """The arguments of each case, from the marks that `pytest.mark.parametrize` left."""
    marks = [m for m in getattr(function, "pytestmark", []) if m.name == "parametrize"]
    for sets in itertools.product(*map(_parameter_sets, reversed(marks))):
        yield {name: value for arguments in sets for name, value in arguments.items()}


def _parameter_sets(mark):
    names, rows = mark.args
    names = names.replace(",", " ").split() if isinstance(names, str) else names
    for row in rows:
        if hasattr(row, "marks"):  # made by pytest.param
            row = row.values
        elif len(names) == 1:
            row = [row]
        yield dict(zip(names, row, strict=True))


# ------------------------------------------------------------------ running


def _run(check, function, seed, filename):
    """Run every case of *function*, and fill in *check*."""
    see, failures, total = See(filename), [], 0
    try:
        with time_limit(CPU_SECONDS):
            for total, case in enumerate(_cases(function), 1):
                failure = _call(function, case, see, random.Random(f"{seed} {total}"))
                if failure:
                    failures.append(failure)
                if failure and isinstance(failure.error, clocks.VirtualTimeError):
                    break  # the other cases would hardly end either
    except TimeLimitExceeded as error:
        failures.append(Failure(error))
    check.seen, check.calls = see.seen, see.calls
    check.passed = total > 0 and not failures
    check.report = [f"✓ {check.title}"]
    if not check.passed:
        check.report = render(check.title, check.rule, failures, total, filename)


def _call(function, case, see, rng):
    """Call *function* once. Returns None, or the Failure."""
    wanted = _parameters(function)
    fixtures = {"see": see, "rng": rng}
    arguments = {name: value for name, value in fixtures.items() if name in wanted} | case
    virtual = "clock" in wanted
    capture = _Capture()
    try:
        with capture.both_streams():
            with clocks.virtual_time(start=START) if virtual else clocks.script_time() as realm:
                if virtual:
                    arguments["clock"] = realm
                outcome = function(**arguments)
                if inspect.iscoroutine(outcome):
                    asyncio.run(outcome)
    except (KeyboardInterrupt, TimeLimitExceeded):
        raise
    except BaseException as error:  # SystemExit and the like are failures as well
        return Failure(error, capture.text)
    return None


@functools.lru_cache(maxsize=1)  # the cases of a check come one after the other
def _parameters(function):
    return inspect.signature(function).parameters


class _Capture(io.TextIOBase):
    """Takes what is printed during a check: any stderr would cost all points in nbgrader."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        if len(self.text) < PRINTED:
            self.text += text[:PRINTED]
        return len(text)

    @contextlib.contextmanager
    def both_streams(self):
        with contextlib.redirect_stdout(self), contextlib.redirect_stderr(self):
            yield
