"""The report of a failing check: what was called, what was expected, what came, and the rule."""

import ast
import copy
import functools
import linecache
import textwrap
import traceback
from dataclasses import dataclass

from .syntax import parse

WIDTH = 76  # columns of a report line after its label
LABEL_WIDTH = 10
LEAD = 20  # characters shown before the first difference of two long values
OUR_OWN = ("VirtualTimeError", "TimeLimitExceeded")  # their text says it all
NOT_WRITTEN = "not written yet: replace `raise NotImplementedError` and run the cell"


@dataclass
class Failure:
    """Why one case of a check failed."""

    error: BaseException
    printed: str = ""  # what the student's code printed


def render(title, rule, failures, cases, filename):
    """The lines for a failed check, at most eight.

    Args:
        title (str): the sentence that the check states.
        rule (str): the rule that was broken.
        failures (list[Failure]): of the cases, the first is shown.
        cases (int): how many cases the check has.
        filename (str): of the check's code, to tell it from the student's.
    """
    if not failures:
        return [f"✗ {title}", "    got       nothing: this check has no cases"]
    first = failures[0]
    fields = _fields(first, filename)
    if first.printed.strip() and len(fields) < 4:
        printed = " / ".join(line.strip() for line in first.printed.strip().splitlines())
        fields["printed"] = printed if len(printed) <= WIDTH else "…" + printed[1 - WIDTH :]
    if cases > 1 and len(failures) > 1:
        title = f"{title} ({len(failures)} of {cases} cases fail, the first one)"
    lines = [f"✗ {title}"]
    for name, text in fields.items():
        lines.append(f"    {name:{LABEL_WIDTH}}{_shorten(text)}")
    for n, line in enumerate(textwrap.wrap(" ".join(rule.split()), WIDTH)[:2]):
        lines.append(f"    {'' if n else 'rule':{LABEL_WIDTH}}{line}")
    return lines


def unable(rule, error):
    """The lines for checks that cannot run at all, because of *error*."""
    got = f"    {'got':{LABEL_WIDTH}}{_shorten(_describe(error))}"
    return ["✗ the checks can start", got, f"    {'rule':{LABEL_WIDTH}}{rule}"]


def is_unwritten(lines):
    """Whether a report says no more than that the starter is still there."""
    return any(NOT_WRITTEN in line or NotImplementedError.__name__ in line for line in lines)


def _fields(failure, filename):
    """What there is to say about one failure, by label."""
    error = failure.error
    frames = [(f, line) for f, line in traceback.walk_tb(error.__traceback__)]
    ours = [n for n, (frame, _) in enumerate(frames) if frame.f_code.co_filename == filename]
    if not ours:  # the loop gave up: no stack leads to the check
        got, *places = str(error).split("\n  - ")
        return {"got": got if places else _describe(error), **{"where": p for p in places[:1]}}
    at = next(
        (n for n in reversed(ours) if _seen_expression(_statement(filename, frames[n][1]))), ours[-1]
    )
    frame, line = frames[at]  # of the check, where a helper of it calls the student's code
    statement = _statement(filename, line)
    fields = {}
    seen = _seen_expression(statement)
    if seen is not None:
        fields["called"] = _with_values(seen, frame)
    if isinstance(error, AssertionError) and ours[-1] == len(frames) - 1:
        return fields | _comparison(statement, frame, error)
    if isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Compare):
        fields["expected"] = _expected(statement.test.comparators[0], frame)
    fields["got"] = _describe(error)
    place = _students_line(frames[ours[-1] + 1 :])
    if place and not isinstance(error, NotImplementedError):
        fields["where"] = place
    return fields


def _expected(expression, frame):
    """What stands right of `==`, with values; of a name alone its value, as far as it fits."""
    if isinstance(expression, ast.Name):
        value = _FillIn(frame).names.get(expression.id, expression)
        if isinstance(value, (*_SHOWN, set, frozenset)):
            return repr(value)
    return _with_values(expression, frame)


def _describe(error):
    if isinstance(error, NotImplementedError) and not error.args:
        return NOT_WRITTEN
    if isinstance(error, NameError) and error.name:
        return f"no name {error.name!r}: is it written, and has its cell been run?"
    text = " ".join(str(error).split())
    if type(error).__name__ in OUR_OWN:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _students_line(frames):
    """The last line of the notebook that ran before the error."""
    for frame, line in reversed(frames):
        name = frame.f_code.co_filename
        if frame.f_globals.get("__name__") == "__main__" and not name.startswith("<checks"):
            return f"{frame.f_code.co_name}, line {line}: {linecache.getline(name, line).strip()}"
    return None


# ------------------------------------------------------------------ the failing statement


def _statement(filename, line):
    """The innermost statement of the check that covers *line*."""
    statements = _statements("".join(linecache.getlines(filename)))
    covering = [node for node in statements if node.lineno <= line <= node.end_lineno]
    return min(covering, key=lambda node: node.end_lineno - node.lineno, default=None)


@functools.lru_cache(maxsize=64)
def _statements(source):
    return [node for node in ast.walk(parse(source)) if isinstance(node, ast.stmt)]


def describe_call(frame, filename):
    """What stands in the `see(…)` that is being called from *frame*, with the values of its names.

    Args:
        frame (types.FrameType): of the caller of `see`, or below it.
        filename (str): of the check's code.
    """
    while frame and frame.f_code.co_filename != filename:
        frame = frame.f_back
    seen = frame and _seen_expression(_statement(filename, frame.f_lineno))
    return _shorten(_with_values(seen, frame)) if seen else ""


def _seen_expression(statement):
    """What stands in the `see(…)` of a statement, as a call where it is `see.error(…)`."""
    for node in ast.walk(statement) if statement else ():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        if isinstance(function, ast.Name) and function.id == "see":
            return node.args[0]
        if isinstance(function, ast.Attribute) and function.attr in ("error", "aerror"):
            if isinstance(function.value, ast.Name) and function.value.id == "see":
                keywords = [k for k in node.keywords if k.arg != "message"]
                return ast.Call(node.args[1], node.args[2:], keywords)
    return None


def _comparison(statement, frame, error):
    """ "expected" and "got" of a failed assert, from the operands that the check kept."""
    test = getattr(statement, "test", None)
    if isinstance(test, ast.Compare) and "@right" in frame.f_locals:
        left, right = frame.f_locals["@left"], frame.f_locals["@right"]
        if _holds_see(test.comparators[0]) and not _holds_see(test.left):
            left, right = right, left
        sign = "" if isinstance(test.ops[0], (ast.Eq, ast.Is)) else _SIGNS[type(test.ops[0])]
        expected, got = _from_where_they_differ(f"{sign}{right!r}", repr(left))
        return {"expected": expected, "got": got}
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return {"expected": "False", "got": "True"}
    return {"expected": "True", "got": str(error) or "False"}


def _from_where_they_differ(*texts):
    """Long texts cut to the part around their first difference."""
    if all(len(text) <= WIDTH for text in texts):
        return texts
    same = next((n for n, pair in enumerate(zip(*texts)) if len(set(pair)) > 1), min(map(len, texts)))
    start = same - LEAD if same > WIDTH // 2 else 0
    return tuple(("…" if start else "") + text[start:] for text in texts)


_SIGNS = {
    ast.NotEq: "anything but ",
    ast.IsNot: "anything but ",
    ast.Lt: "less than ",
    ast.LtE: "at most ",
    ast.Gt: "more than ",
    ast.GtE: "at least ",
    ast.In: "one of ",
    ast.NotIn: "none of ",
}


def _holds_see(node):
    return any(isinstance(n, ast.Name) and n.id == "see" for n in ast.walk(node))


# ------------------------------------------------------------------ expressions with their values


class _FillIn(ast.NodeTransformer):
    """Put the values of variables in the place of their names."""

    def __init__(self, frame):
        self.names = {**frame.f_globals, **frame.f_locals}

    def visit_Name(self, node):
        value = self.names.get(node.id, self)
        is_read = isinstance(node.ctx, ast.Load)
        if not (is_read and isinstance(value, _SHOWN) and len(repr(value)) <= WIDTH):
            return node
        return parse(repr(value), mode="eval").body


_SHOWN = (bool, int, float, str, bytes, list, tuple, dict, type(None))


def _with_values(expression, frame):
    """The source of an expression, with the values of local names filled in where they fit."""
    try:
        filled = ast.unparse(_FillIn(frame).visit(copy.deepcopy(expression)))
    except (SyntaxError, ValueError):  # a value that cannot stand in source, or in an f-string
        filled = ast.unparse(expression)
    return filled if len(filled) <= 2 * WIDTH else ast.unparse(expression)


def _shorten(text):
    text = " ".join(str(text).split("\n"))
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
