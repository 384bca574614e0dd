"""A check is passed when it passed in the room and saw what the reference showed."""

import pytest

from webcourse.grading import judge, room
from webcourse.grading.inside import VERDICT_TYPE


def result(*checks, status="ok", more=()):
    verdict = {"cell": "x", "points": 2, "checks": list(checks)}
    return {
        "id": "x",
        "status": status,
        "outputs": [{"output_type": "display_data", "data": {VERDICT_TYPE: verdict}}, *more],
    }


def check(name="test_one", passed=True, seen=(1,), **more):
    return {
        "name": name,
        "rule": "The rule.",
        "hidden": False,
        "passed": passed,
        "seen": list(seen),
        "report": [f"✗ {name}"],
        **more,
    }


EXPECTED = judge.expect(result(check(), check("test_two", hidden=True)))


def score(*checks, **more):
    return judge.judge(EXPECTED, result(*checks, **more), 2)


def test_equal_transcripts_earn_all_points():
    earned = score(check(), check("test_two"))
    assert (earned.earned, earned.cause, earned.reason) == (2, "passed", "")
    assert earned.lines == ["✓ one", "1 of 1 visible checks pass, 2 of 2 points"]


@pytest.mark.parametrize(
    "checks, reason",
    [
        ([check(passed=False), check("test_two")], "✗ one"),
        ([check(passed=False), check("test_two", passed=False)], "✗ one (and 1 more)"),
        ([check(seen=[2]), check("test_two")], "✗ one"),
        ([check(seen=[]), check("test_two")], "✗ one"),
        ([check(seen=[True]), check("test_two")], "✗ one"),
        ([check(seen=[1.0]), check("test_two")], "✗ one"),
        ([check(seen=[1, 1]), check("test_two")], "✗ one"),
        ([check("test_two")], "✗ one"),
        ([check()], "✗ one more example of a stated rule"),
        ([check(), check("test_two", passed=False)], "✗ one more example of a stated rule"),
        ([], "✗ one (and 1 more)"),
    ],
)
def test_anything_else_earns_nothing_and_says_why(checks, reason):
    failed = score(*checks)
    assert (failed.earned, failed.cause, failed.reason) == (0, "failed check", reason)
    assert failed.lines


def test_checks_that_the_master_does_not_have_do_not_count():
    assert score(check(), check("test_two"), check("test_mine")).passed


def test_a_hidden_check_shows_its_rule_and_nothing_else():
    text = "\n".join(score(check(), check("test_two", passed=False, report=["secret"])).lines)
    assert "one more example of a stated rule" in text and "The rule." in text
    assert "secret" not in text and "two" not in text


def test_who_calls_a_check_hidden_does_not_matter():
    assert "✗ test_one" in score(check(passed=False, hidden=True), check("test_two")).lines


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        3,
        [],
        {},
        {"checks": None},
        {"checks": [1]},
        {"checks": [{}]},
        {"checks": [check(passed=1)]},
        {"checks": [{**check(), "seen": "x"}]},
        {"checks": [{**check(), "name": ["x"]}]},
        {"checks": [{**check(), "name": 7}]},
        {"checks": [check(), check()]},
    ],
)
def test_a_garbled_verdict_earns_nothing(verdict):
    output = {"output_type": "display_data", "data": {VERDICT_TYPE: verdict}}
    scored = judge.judge(EXPECTED, {"id": "x", "status": "ok", "outputs": [output]}, 2)
    assert (scored.earned, scored.cause) == (0, "garbled")


def test_no_verdict_and_two_verdicts_earn_nothing():
    assert judge.judge(EXPECTED, {"id": "x", "status": "ok", "outputs": []}, 2).cause == "garbled"
    good = result(check(), check("test_two"))
    twice = {**good, "outputs": good["outputs"] * 2}
    assert judge.judge(EXPECTED, twice, 2).reason == "there is more than one verdict"


def test_an_error_before_the_verdict_is_named():
    error = {"output_type": "error", "ename": "NameError", "evalue": "no\n  x", "traceback": []}
    scored = judge.judge(EXPECTED, {"id": "x", "status": "error", "outputs": [error]}, 2)
    assert (scored.cause, scored.reason) == ("error", "the checks stop with NameError: no x")


def test_lost_late_and_missing_cells_earn_nothing():
    lost = {"id": "x", "status": "lost", "outputs": [], "cause": room.CRASH, "reason": "it crashed"}
    assert judge.judge(EXPECTED, lost, 2).reason == "it crashed"
    assert judge.judge(EXPECTED, {"id": "x", "status": "timeout", "outputs": []}, 2).cause == room.TIME
    assert judge.judge(EXPECTED, None, 2).cause == judge.NOT_REACHED


def test_a_strange_report_is_only_text():
    scored = score(check(passed=False, report={"a": 1}), check("test_two"))
    assert scored.lines[0] == "✗ one"
    scored = score(check(passed=False, report=[["x"], None, "y" * 10_000] * 100), check("test_two"))
    assert (
        len(scored.lines) <= judge.REPORT_LINES + 1 and max(map(len, scored.lines)) <= judge.LINE_LENGTH
    )


@pytest.mark.parametrize(
    "bad", [None, result(check(passed=False)), result(), {"status": "lost", "reason": "gone"}]
)
def test_a_reference_that_fails_its_own_checks_is_refused(bad):
    with pytest.raises(judge.BadVerdict):
        judge.expect(bad)
