"""Decides what a tests cell earns, outside the student's process.

A check is passed when it passed in the room and what it saw equals what the reference solution
showed to the same check with the same seed. So a check that was switched off earns nothing: to
forge its transcript takes the right values, that is, a right answer.
"""

import json
import re
from dataclasses import dataclass, field

from .inside import VERDICT_TYPE
from .room import GARBLED, TIME

# Why a cell earned what it did, beside the causes of `room`.
PASSED, BLANK, FAILED, ERROR = "passed", "not attempted", "failed check", "error"
NOT_REACHED, UNREADABLE = "not reached", "unreadable"
REPORT_LINES, LINE_LENGTH = 12, 300  # of one check


@dataclass
class Expected:
    """What a check showed of the reference solution."""

    name: str
    rule: str
    hidden: bool
    seen: str  # canonical JSON

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

    @property
    def passed(self):
        return self.cause == PASSED


class BadVerdict(Exception):
    """There is no usable verdict. The message says why."""


def expect(result):
    """What a tests cell of the reference solution showed.

    Args:
        result (dict): of `room.run`.

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
        Expected(name, str(c.get("rule", "")), c.get("hidden") is True, _canonical(c["seen"]))
        for name, c in checks.items()
    ]


def judge(expected, result, points):
    """Score a tests cell.

    Args:
        expected (list[Expected]): of the reference solution.
        result (dict | None): of `room.run`; None when the cell was not reached.
        points (float): that the cell is worth.

    Returns:
        Score: all points or none.
    """
    if result is None:
        return Score(
            points, cause=NOT_REACHED, reason="the time for the notebook was over before this cell"
        )
    if result["status"] == "lost":
        return Score(points, cause=result["cause"], reason=result["reason"])
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
    if check["passed"] and _canonical(check["seen"]) == expected.seen:
        return True, [] if expected.hidden else [f"✓ {expected.title}"]
    if expected.hidden:
        return False, ["✗ one more example of a stated rule", *_rule(expected)]
    if check["passed"]:
        differs = "    it passed, but what it saw differs from what the reference solution shows"
        return False, [f"✗ {expected.title}", differs, *_rule(expected)]
    return False, _report(check) or [f"✗ {expected.title}", *_rule(expected)]


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
