"""Decides what a tests cell earns, outside the student's process.

A check with `see` is passed when what it saw equals what the reference solution showed to the same
check with the same seed. It does not know what is expected (see `seal`), so there is nothing to find
and nothing to switch off: to forge its transcript takes the right values, that is, a right answer.

Any other tests cell is scored from its outputs as nbgrader does. Afterwards it runs once more in the
same process, on the unsolved starter, and must fail (a canary): that detects what was switched off, and
proves nothing.
"""

import json
import math
import re
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbgrader import utils

from .guard import GARBLED, TIME
from .inside import VERDICT_TYPE

# Why a cell earned what it did, beside the causes of `room`.
PASSED, BLANK, FAILED, ERROR = "passed", "not attempted", "failed check", "error"
NOT_REACHED, UNREADABLE, DISARMED = "not reached", "unreadable", "disarmed"
TRANSCRIPT, CANARIES, OUTPUTS = "transcript", "canaries", "outputs"  # what a score rests on
WIDTH, LEAD = 76, 20  # characters of a value in a report; those before the first difference
REPORT_LINES, LINE_LENGTH = 12, 300  # of one check


@dataclass
class Expected:
    """What a check showed of the reference solution."""

    name: str
    rule: str
    hidden: bool
    seen: list  # encoded values
    calls: list = field(default_factory=list)  # what stood in each `see(…)`

    @property
    def title(self):
        return self.name.removeprefix("test_").replace("_", " ")


@dataclass
class Score:
    """What one tests cell earned, and why."""

    points: float
    earned: float = 0.0
    cause: str = ""  # a word or two, for statistics
    reason: str = ""  # a clause, why points are missing
    lines: list = field(default_factory=list)  # the report
    checks: dict = field(default_factory=dict)  # name -> whether it passed
    alone: bool = False  # earned when the exercise ran on its own
    evidence: str = TRANSCRIPT

    @property
    def passed(self):
        return self.cause == PASSED


class BadVerdict(Exception):
    """There is no usable verdict. The message says why."""


def expect(result):
    """What a tests cell with `see` showed of the reference solution.

    Args:
        result (dict): of `room.Rooms.run`.

    Returns:
        list[Expected]

    Raises:
        BadVerdict: if a check failed or there is none.
    """
    if result is None or result["status"] == "lost":
        raise BadVerdict(result["reason"] if result else "it was not reached")
    checks = find_checks(result["outputs"])
    failed = [check for check in checks.values() if check["passed"] is not True]
    if failed:
        raise BadVerdict("; ".join(line.strip() for line in _report(failed[0])[:4]))
    if not checks:
        raise BadVerdict("it holds no checks")
    return [
        Expected(name, str(c.get("rule", "")), c.get("hidden") is True, c["seen"], c.get("calls", []))
        for name, c in checks.items()
    ]


# ------------------------------------------------------------------ tests of any course


def points_of_outputs(result, points, shows_number):
    """What nbgrader gives for a tests cell's outputs, without its weak spots: here an error outranks
    a number wherever it stands, and a number is one.

    Args:
        result (dict): of `room.Rooms.run`.
        points (float): that the cell is worth.
        shows_number (bool): the cell ends in a number of points for the reference solution.

    Returns:
        float

    Raises:
        BadVerdict: if the cell shows no number where it should, or one that is no score.
    """
    outputs = result["outputs"]
    if result["status"] == "error" or any(map(_is_failure, outputs)):
        return 0.0
    if not shows_number:
        return points
    shown = [output for output in outputs if output.get("output_type") == "execute_result"]
    number = as_number(shown[-1]) if shown else None
    if number is None:
        raise BadVerdict("the checks should end in a number of points, and do not")
    if not 0 <= number <= points:
        raise BadVerdict(f"the checks end in {number:g} points, which is not between 0 and {points:g}")
    return number


def _is_failure(output):
    """bool: an error, or anything on stderr, which nbgrader takes for one."""
    kind = output.get("output_type")
    return kind == "error" or (kind == "stream" and output.get("name") == "stderr")


def as_number(output):
    """float | None: the finite number that an output shows as its text."""
    data = output.get("data")
    try:
        number = float(data["text/plain"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def shows_number(result):
    """bool: whether a tests cell ends in a number; False for one that did not run."""
    outputs = (result or {}).get("outputs", [])
    shown = [output for output in outputs if output.get("output_type") == "execute_result"]
    return bool(shown) and as_number(shown[-1]) is not None


def judge_outputs(result, canaries, points, shows_number):
    """Score a tests cell without `see`.

    Args:
        result (dict | None): of `room.Rooms.run`; None when the cell was not reached.
        canaries (dict[str, dict | None]): of the same cell, asked later what it is known to refuse; by
            the reason for which nothing is earned if it does not.
        points (float): that the cell is worth.
        shows_number (bool): see `points_of_outputs`.

    Returns:
        Score
    """
    if result is None or result["status"] == "lost":
        return _without_result(result, points, OUTPUTS)
    if result["status"] == "timeout":
        return Score(points, cause=TIME, reason="the checks did not end in time", evidence=OUTPUTS)
    score = Score(points, evidence=CANARIES if canaries else OUTPUTS)
    try:
        score.earned = points_of_outputs(result, points, shows_number)
        for reason, canary in canaries.items() if score.earned else ():
            if passes(canary, points, shows_number):
                score.earned, score.cause, score.reason = 0.0, DISARMED, reason
                return score
    except BadVerdict as problem:
        score.cause, score.reason = FAILED, str(problem)
        return score
    if score.earned == points:
        score.cause = PASSED
    else:
        score.cause = FAILED
        score.reason = describe_error(result) or _why_not_all(result, score.earned, points)
    return score


def tells(result, score):
    """bool: whether nbgrader reads from a tests cell's outputs what it scored."""
    cell = NotebookNode(
        cell_type="code",
        source="",
        metadata=NotebookNode(nbgrader=NotebookNode(grade=True, solution=False, points=score.points)),
        outputs=[_as_node(output) for output in (result or {}).get("outputs", [])],
    )
    try:
        return utils.determine_grade(cell)[0] == score.earned
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return False


def _as_node(output):
    """NotebookNode: an output in nbformat's shape, whatever a room sent."""
    data = output.get("data")
    node = NotebookNode(output_type=str(output.get("output_type")), name=str(output.get("name")))
    node.data = NotebookNode(data if isinstance(data, dict) else {})
    return node


def _why_not_all(result, earned, points):
    """str: why a tests cell that shows no exception does not earn all points."""
    if any(output.get("name") == "stderr" for output in result["outputs"]):
        return "something was written to stderr during the checks, which counts as failure"
    return f"the checks give {earned:g} of {points:g} points"


def passes(canary, points, shows_number):
    """bool: whether a canary earns something, or shows no number where it should."""
    if canary is None or canary["status"] != "ok":
        return False
    try:
        return points_of_outputs(canary, points, shows_number) > 0
    except BadVerdict:
        return True


def _without_result(result, points, evidence):
    cause, reason = NOT_REACHED, "the time for the notebook was over before this cell"
    if result is not None:
        cause, reason = result["cause"], result["reason"]
    return Score(points, cause=cause, reason=reason, evidence=evidence)


# ------------------------------------------------------------------ checks with `see`


def judge(expected, result, points):
    """Score a tests cell.

    Args:
        expected (list[Expected]): of the reference solution.
        result (dict | None): of `room.Rooms.run`; None when the cell was not reached.
        points (float): that the cell is worth.

    Returns:
        Score: all points or none.
    """
    if result is None or result["status"] == "lost":
        return _without_result(result, points, TRANSCRIPT)
    try:
        checks = find_checks(result["outputs"])
    except BadVerdict as problem:
        return _score_without_verdict(result, points, str(problem))
    passed, lines = {}, []
    for check in expected:
        passed[check.name], report = _compare(check, checks.get(check.name))
        lines += report
    score = Score(points, lines=lines, checks=passed)
    visible = [check for check in expected if not check.hidden]
    if all(passed.values()):
        score.earned, score.cause = points, PASSED
    else:
        score.cause, score.reason = FAILED, _first_failure(expected, passed)
    lines.append(
        f"{sum(passed[check.name] for check in visible)} of {len(visible)} visible checks pass, "
        f"{score.earned:g} of {points:g} points"
    )
    return score


def find_checks(outputs):
    """The checks in the verdict among a cell's outputs.

    Returns:
        dict[str, dict]: with `passed` and `seen`, by name.

    Raises:
        BadVerdict: if there is not exactly one well-formed verdict.
    """
    verdicts = [
        output["data"][VERDICT_TYPE] for output in outputs if VERDICT_TYPE in (output.get("data") or {})
    ]
    if len(verdicts) != 1:
        raise BadVerdict(
            "the checks left no verdict" if not verdicts else "there is more than one verdict"
        )
    try:
        checks = {check["name"]: check for check in verdicts[0]["checks"]}
        if len(checks) != len(verdicts[0]["checks"]):
            raise ValueError
        for name, check in checks.items():
            if (
                not isinstance(name, str)
                or not isinstance(check["seen"], list)
                or not isinstance(check["passed"], bool)
            ):
                raise ValueError
    except (TypeError, KeyError, ValueError):
        raise BadVerdict("the verdict is too large or not in order") from None
    return checks


def _canonical(seen):
    """Text that is equal for equal values only; 1, 1.0 and True are three."""
    return json.dumps(seen, sort_keys=True)


def _compare(expected, check):
    """Whether a check is passed, and its lines in the report."""
    if check is None:
        return False, [f"✗ {expected.title}", "    this check did not run"]
    if check["passed"] and _canonical(check["seen"]) == _canonical(expected.seen):
        return True, [] if expected.hidden else [f"✓ {expected.title}"]
    if expected.hidden:
        return False, ["✗ one more example of a stated rule", *_rule(expected)]
    differs = _first_difference(expected.seen, check["seen"])
    if differs < len(check["seen"]):  # what a check shows before it stops comes first
        return False, _difference(expected, check["seen"], differs)
    if check["passed"]:
        return False, [f"✗ {expected.title}", "    it ended early", *_rule(expected)]
    return False, _report(check) or [f"✗ {expected.title}", *_rule(expected)]


def _first_difference(expected, seen):
    """int: position of the first value that is not as expected; the number of values for none."""
    for position, value in enumerate(seen):
        if position >= len(expected) or _canonical(value) != _canonical(expected[position]):
            return position
    return len(seen)


def _difference(expected, seen, position):
    """The report of a check that saw something else than the reference solution shows."""
    got = show(seen[position])
    wanted = show(expected.seen[position]) if position < len(expected.seen) else "nothing more"
    wanted, got = _from_where_they_differ(wanted, got)
    lines = [f"✗ {expected.title}"]
    if position < len(expected.calls) and expected.calls[position]:
        lines.append(f"    called    {_cut(expected.calls[position])}")
    return [*lines, f"    expected  {_cut(wanted)}", f"    got       {_cut(got)}", *_rule(expected)]


def _from_where_they_differ(*texts):
    """Long texts cut to the part around their first difference."""
    if all(len(text) <= WIDTH for text in texts):
        return texts
    same = next((n for n, pair in enumerate(zip(*texts)) if len(set(pair)) > 1), min(map(len, texts)))
    start = same - LEAD if same > WIDTH // 2 else 0
    return tuple(("…" if start else "") + text[start:] for text in texts)


def _cut(text):
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def show(encoded):
    """str: how Python writes a value that a transcript holds (as `webcourse.lab.plain` encodes it)."""
    if not isinstance(encoded, dict) or len(encoded) != 1:
        return repr(encoded)
    (kind, value), *_ = encoded.items()
    try:
        if kind == "int":
            return str(int(value, 16))
        if kind == "float":
            return str(value)
        if kind == "bytes":
            return repr(value.encode("latin-1"))
        if kind in ("list", "tuple", "set", "frozenset"):
            items = ", ".join(map(show, value))
            comma = "," if kind == "tuple" and len(value) == 1 else ""
            left, right = {"list": "[]", "tuple": "()"}.get(kind, "{}")
            return f"{left}{items}{comma}{right}" if value or kind in ("list", "tuple") else f"{kind}()"
        if kind == "dict":
            return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value) + "}"
        if kind == "other":
            return f"<{value} object>"
    except (TypeError, ValueError, AttributeError, RecursionError):
        pass
    return "a value that cannot be shown"


def _rule(expected):
    return [f"    rule      {' '.join(expected.rule.split())}"] if expected.rule else []


def _report(check):
    """The report that the check wrote in the student's process: text, cut to size."""
    lines = check.get("report")
    lines = lines if isinstance(lines, list) else []
    return [str(line)[:LINE_LENGTH] for line in lines[:REPORT_LINES]]


def _first_failure(expected, passed):
    failed = [check for check in expected if not passed[check.name]]
    first = "one more example of a stated rule" if failed[0].hidden else failed[0].title
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"✗ {first}{more}"


def _score_without_verdict(result, points, problem):
    if result["status"] == "timeout":
        return Score(points, cause=TIME, reason="the checks did not end in time")
    error = describe_error(result)
    if error:
        return Score(points, cause=ERROR, reason=f"the checks stop with {error}")
    return Score(points, cause=GARBLED, reason=problem)


def describe_error(result):
    """str: the exception that a cell ended with, such as "NameError: …"; empty for none."""
    for output in (result or {}).get("outputs", []):
        if output.get("output_type") == "error":
            text = f"{output.get('ename', 'error')}: {output.get('evalue', '')}"
            return re.sub(r"\s+", " ", text).strip().removesuffix(":")[:LINE_LENGTH]
    return ""
