"""One fault costs one exercise, whatever it is."""

import dataclasses

import pytest

from tests.grading import kit
from tests.grading.kit import SOLUTIONS
from webcourse.grading import judge, room
from webcourse.grading.course import CourseError
from webcourse.grading.examine import examine, run_reference
from webcourse.grading.intake import Extra, Intake
from webcourse.grading.transplant import transplant

FULL = {"double": 3, "greet": 3, "total": 3}

SWALLOWS = """
import time

def greet(name):
    while True:
        try:
            time.sleep(99)
        except BaseException:
            pass
"""
LEAVES_A_THREAD = """
import os, threading, time

threading.Thread(target=lambda: (time.sleep(0.05), os._exit(0))).start()
time.sleep(0.04)
"""
EQUALS_ALL = """
class Any{}:
    __hash__ = object.__hash__

    def __eq__(self, other):
        return True

def greet(name):
    return Any({})
"""
PASSES_ALL = """
from webcourse.lab import checks

real = checks._run
checks.Verdict.passed = True

def run(check, *arguments):
    real(check, *arguments)
    check.passed = True

checks._run = run
"""


@pytest.fixture
def grade(master, reference, limits, run):
    """Points by exercise, and the examination."""

    def grade(answers=None, extras=(), **changes):
        plan = transplant(master, Intake({**SOLUTIONS, **(answers or {})}, list(extras)))
        examination = examine(plan, master, reference, dataclasses.replace(limits, **changes), run)
        points = {
            e.slug: sum(examination.scores[name].earned for name in e.tests) for e in master.exercises
        }
        return points, examination

    return grade


def causes(examination, slug):
    return {score.cause for name, score in examination.scores.items() if name.startswith(slug)}


def test_right_answers_earn_everything(grade):
    points, examination = grade()
    assert points == FULL
    assert not any(score.alone for score in examination.scores.values())


def test_partial_credit_goes_by_the_two_cells(grade):
    points, _ = grade({"total": "def total(items):\n    return sum(items) or None"})
    assert points == {**FULL, "total": 2}


def test_what_is_not_attempted_is_called_so_and_runs_nothing(master, reference, limits):
    plan = transplant(master, Intake())
    examination = examine(plan, master, reference, limits, run=None)
    assert {score.cause for score in examination.scores.values()} == {judge.BLANK}


@pytest.mark.parametrize(
    "answer, cause",
    [
        ("def greet(name:", judge.ERROR),
        ("1/0", judge.ERROR),
        ("x = 1", judge.FAILED),
        ("import os\nos._exit(0)", room.EXIT),
        ("def greet(name):\n    import os\n    os._exit(0)", room.EXIT),
        ("import ctypes\nctypes.string_at(0)", room.CRASH),
        ("while True:\n    pass", room.TIME),
        (
            SWALLOWS,
            room.TIME,
        ),
        ("x = []\nwhile True:\n    x.append(bytearray(10**7))", room.MEMORY),
        ("raise SystemExit", judge.ERROR),
        ("exit()", judge.FAILED),
        ("%%javascript\nalert(1)", judge.FAILED),
        ("input()", judge.ERROR),
    ],
)
def test_a_fault_costs_its_exercise(grade, answer, cause):
    points, examination = grade({"greet": answer}, cell_seconds=2, cell_cpu_seconds=1)
    assert points == {**FULL, "greet": 0}
    assert causes(examination, "greet") == {cause}
    assert all(score.reason for score in examination.scores.values() if not score.passed)


def test_the_first_of_two_cells_counts_when_the_second_is_lost(grade):
    answer = "import os\ndef total(items):\n    return sum(items) if items else os._exit(0)"
    points, examination = grade({"total": answer})
    assert points == {**FULL, "total": 2}
    assert examination.scores["total-details"].reason == "it ended the Python process"


@pytest.mark.parametrize(
    "pollution",
    [
        "sum = None",
        "import builtins\nbuiltins.sum = None",
        "def total(items):\n    return 0\ndel total\nclass str: pass",
        "import random\nrandom.Random.randrange = lambda *a: 0",
        "from webcourse.lab import checks\nchecks.judge = None",
        "get_ipython().run_line_magic('reset', '-f')",
        LEAVES_A_THREAD,
    ],
)
def test_an_answer_that_gets_in_the_way_costs_the_others_nothing(grade, pollution):
    points, _ = grade({"double": f"{SOLUTIONS['double']}\n{pollution}"})
    assert (points["greet"], points["total"]) == (3, 3)


def test_an_extra_cell_that_gets_in_the_way_costs_nothing(grade, master):
    extras = [
        Extra(master.positions["setup"], "sum = None"),
        Extra(master.positions["double"], "import os\nos._exit(0)"),
    ]
    points, examination = grade(extras=extras)
    assert points == FULL
    assert examination.notes == ["a cell of your own was left out: it ended the Python process"]


def test_a_helper_in_an_extra_cell_is_there_even_beside_pollution(grade, master):
    extras = [Extra(master.positions["setup"], "def helper(items):\n    return sum(items)")]
    answers = {
        "double": f"{SOLUTIONS['double']}\nsum = None",
        "total": "def total(items):\n    return helper(items)",
    }
    assert grade(answers, extras)[0] == FULL


def test_an_answer_in_a_cell_of_its_own_counts(grade, master):
    points, examination = grade(
        {"greet": ""}, [Extra(master.positions["greet"] - 1, SOLUTIONS["greet"])]
    )
    assert points == FULL


def test_an_own_earlier_answer_may_be_used(grade):
    assert (
        grade({"total": "def total(items):\n    return sum(double(x) for x in items) // 2"})[0] == FULL
    )


def test_nobody_earns_from_the_reference(grade):
    """The second opinion on `total` runs without `double`, the student's as well as the reference's."""
    answers = {
        "double": "import os\nos._exit(0)",
        "total": "def total(items):\n    return sum(double(x) for x in items) // 2",
    }
    points, _ = grade(answers)
    assert points == {"double": 0, "greet": 3, "total": 0}


@pytest.mark.parametrize(
    "trick",
    [
        "import pytest, ipytest\nipytest.autoconfig(raise_on_error=False)",
        "from webcourse.lab import checks\nchecks._run = lambda c, *a: setattr(c, 'passed', True)",
        EQUALS_ALL.format("", ""),
        EQUALS_ALL.format("(str)", "'x'"),
        PASSES_ALL,
        "get_ipython().register_magic_function(lambda line, cell: None, 'cell', 'ipytest')",
        "get_ipython().run_cell = lambda *a, **k: type('R', (), {'success': True})()",
    ],
)
def test_switching_checks_off_earns_nothing(grade, trick):
    points, _ = grade({"greet": f"def greet(name):\n    return 'no'\n{trick}"})
    assert points == {**FULL, "greet": 0}


def test_what_a_lost_given_cell_costs_falls_on_the_cell_before_it(master, reference, limits):
    """A thread that an answer left behind ends the process while a given cell runs."""
    lost = {"status": "lost", "outputs": [], "cause": room.EXIT, "reason": "it ended"}
    seen = []

    def run(job):
        names = [cell["id"] for cell in job["cells"]]
        seen.append(names)
        if "extra-1" in names:  # stands before the given cell
            at = names.index("setup")
            return [{"id": name, "status": "ok", "outputs": []} for name in names[:at]] + [
                {"id": "setup", **lost}
            ]
        return [{"id": name, "status": "ok", "outputs": []} for name in names]

    plan = transplant(master, Intake(SOLUTIONS, [Extra(-1, "thread")]))
    examination = examine(plan, master, reference, limits, run)
    assert seen[1] == [name for name in seen[0] if name != "extra-1"]
    assert "a cell of your own was left out: it ended" in examination.notes


def test_the_time_for_a_notebook_bounds_all_of_it(grade):
    sleep = "import time\ntime.sleep(30)"
    points, examination = grade({"double": sleep, "greet": sleep}, cell_seconds=30, notebook_seconds=2)
    assert points["double"] == points["greet"] == 0
    assert examination.seconds < 15
    assert all(score.reason for score in examination.scores.values() if not score.passed)


def test_a_broken_reference_stops_everything(tmp_path, limits, run):
    course = kit.make_course(tmp_path, solutions={"greet": "def greet(name):\n    return 'no'"})
    with pytest.raises(CourseError, match="reference solution of lesson fails greet-basics") as error:
        run_reference(kit.load(course), "s", limits, run)
    assert "\n" not in str(error.value)
    assert "source/lesson/1_lesson.ipynb" in str(error.value)
