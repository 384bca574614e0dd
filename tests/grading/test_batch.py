"""All of submitted/: every file ends in a score and a reason, and nothing stops the others."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.grading import kit
from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, code, hand_in, submission
from webcourse.cli import main
from webcourse.grading import autograded, walls

ROOT = Path(__file__).parents[2]


def rows(course):
    with open(course.root / "grades.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def snapshot(course):
    """Content and time of change of every file."""
    files = [path for path in course.root.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(course.root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


def test_every_kind_of_submission_gets_the_score_it_deserves(course, grade_command, capsys, tmp_path):
    def duplicate(cells):
        return [cell for cell in cells for _ in range(2)]

    def without_tests(cells):
        return [cell for cell in cells if "test_" not in "".join(cell["source"])]

    def edited_tests(cells):
        return [
            {**cell, "source": "pass"} if "test_" in "".join(cell["source"]) else cell for cell in cells
        ]

    def renamed(cells):
        for cell in cells:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "greet":
                cell["metadata"]["nbgrader"]["grade_id"] = "my-greet"
        return cells

    wrong = {**SOLUTIONS, "greet": "def greet(name):\n    return 'no'"}
    kernel = submission(SOLUTIONS)
    kernel["metadata"]["kernelspec"] = {
        "name": "julia-1.9",
        "display_name": "Julia",
        "language": "julia",
    }
    old = nbformat.writes(nbformat.convert(nbformat.from_dict(submission(SOLUTIONS)), 3), version=3)
    deserved = {
        "perfect": (submission(SOLUTIONS), 9, ""),
        "blank": (submission(), 0, ""),
        "wrong": (submission(wrong), 6, ""),
        "duplicated": (submission(SOLUTIONS, cells=duplicate), 9, ""),
        "untested": (submission(wrong, cells=without_tests), 6, ""),
        "edited": (submission(wrong, cells=edited_tests), 6, ""),
        "renamed": (submission(SOLUTIONS, cells=renamed), 9, "missing answer cells: greet"),
        "kernel": (kernel, 9, ""),
        "old-format": (old, 9, ""),
        "exits": (
            submission({**SOLUTIONS, "greet": "import os\nos._exit(0)"}),
            6,
            "greet: it ended the Python process",
        ),
        "crashes": (
            submission({**SOLUTIONS, "greet": "import ctypes\nctypes.string_at(0)"}),
            6,
            "segmentation fault",
        ),
        "no-json": (b"this is no notebook", 0, "no JSON"),
        "empty": (b"", 0, "empty"),
        "cut-off": (json.dumps(submission(SOLUTIONS))[:999], 0, "no JSON"),
        "another-notebook": (json.dumps({"cells": [code("print('hi')")]}), 0, "another notebook"),
    }
    for student, (content, _, _) in deserved.items():
        hand_in(course, student, content)
    hand_in(course, "other-name", submission(SOLUTIONS), "final (2).ipynb")
    (course.submitted / "nothing" / ASSIGNMENT).mkdir(parents=True)
    os.truncate(hand_in(course, "huge", b"{"), 100_000_000)
    outside = tmp_path / "outside.ipynb"
    outside.write_text(json.dumps(submission(SOLUTIONS)))
    (course.submitted / "link" / ASSIGNMENT).mkdir(parents=True)
    (course.submitted / "link" / ASSIGNMENT / f"{NOTEBOOK}.ipynb").symlink_to(outside)
    (course.submitted / "linked-folder").symlink_to(tmp_path)
    (course.submitted / "loose.ipynb").write_text(json.dumps(submission(SOLUTIONS)))
    (course.submitted / "no-folder").mkdir()
    (course.submitted / "no-folder" / "x.ipynb").write_text(json.dumps(submission(SOLUTIONS)))
    os.mkdir(os.fsencode(course.submitted) + b"/caf\xe9")
    (course.submitted / "notes.txt").write_text("a file of the instructor's")
    deserved |= {
        "other-name": (None, 9, "final (2).ipynb"),
        "nothing": (None, 0, "there is no notebook"),
        "huge": (None, 0, "larger than"),
        "link": (None, 0, "links are not followed"),
        "linked-folder": (None, 0, "links are not followed"),
        "loose": (None, 9, "found at submitted/loose.ipynb"),
        "no-folder": (None, 9, "found at submitted/no-folder"),
        r"caf\xe9": (None, 0, "there is no notebook"),
    }
    assert grade_command(course) == 0
    graded = rows(course)
    assert {student: float(row["score"]) for student, row in graded.items()} == {
        student: score for student, (_, score, _) in deserved.items()
    }
    for student, (_, _, note) in deserved.items():
        assert note in graded[student]["notes"], student
        page = (course.folder("feedback", student, ASSIGNMENT) / f"{NOTEBOOK}.html").read_text()
        assert f"{deserved[student][1]} of 9 points" in page
    output = capsys.readouterr().out
    assert "ignored: notes.txt" in output
    assert f"{len(deserved)} graded, 0 unchanged" in output
    check_idempotence(course, grade_command, capsys, len(deserved))


def check_idempotence(course, grade_command, capsys, number):
    before = snapshot(course)
    assert grade_command(course) == 0
    assert f"0 graded, {number} unchanged" in capsys.readouterr().out
    assert snapshot(course) == before


def test_only_what_changed_is_graded_again(course, grade_command, capsys):
    for student in ("alice", "bob", "carol"):
        hand_in(course, student, submission(SOLUTIONS))
    assert grade_command(course) == 0
    hand_in(course, "bob", submission())
    (course.folder("feedback", "carol", ASSIGNMENT) / f"{NOTEBOOK}.html").unlink()
    assert grade_command(course) == 0
    assert "2 graded, 1 unchanged" in capsys.readouterr().out
    assert rows(course)["bob"]["score"] == "0"
    assert grade_command(course, "--force") == 0
    assert "3 graded, 0 unchanged" in capsys.readouterr().out
    (course.root / "gradebook.db").unlink()
    assert grade_command(course) == 0
    assert "3 graded, 0 unchanged" in capsys.readouterr().out


def test_a_seed_can_be_given_and_is_fresh_otherwise(course, grade_command):
    path = course.folder("receipts", "alice", ASSIGNMENT) / f"{NOTEBOOK}.json"
    hand_in(course, "alice", submission(SOLUTIONS))
    seeds = []
    for arguments in (["--seed", "x"], ["--force"], ["--force"]):
        assert grade_command(course, *arguments) == 0
        seeds.append(json.loads(path.read_text())["seed"])
    assert seeds[0] == "x" and len(set(seeds)) == 3


def test_some_students_only(course, grade_command):
    for student in ("alice", "bob"):
        hand_in(course, student, submission(SOLUTIONS))
    assert grade_command(course, ASSIGNMENT, "--student", "a*", "--jobs", "1") == 0
    assert list(rows(course)) == ["alice"]
    assert grade_command(course) == 0
    assert list(rows(course)) == ["alice", "bob"]


def test_the_receipt_is_enough_to_understand_a_grade(course, grade_command):
    hand_in(
        course,
        "alice",
        submission({**SOLUTIONS, "greet": "def greet(name):\n    return 'Hello, Alice'"}),
    )
    assert grade_command(course, "--seed", "x") == 0
    receipt = json.loads(
        (course.folder("receipts", "alice", ASSIGNMENT) / f"{NOTEBOOK}.json").read_text()
    )
    assert (receipt["seed"], receipt["notes"]) == ("x", [])
    assert receipt["walls"] == walls.choose(trust=True)
    details = receipt["exercises"]["greet"]["greet-details"]
    assert details["checks"] == {
        "test_any_name_is_greeted": False,
        "test_a_secret_name_is_greeted": False,
    }
    assert (details["earned"], details["points"], details["cause"]) == (0, 1, "failed check")


def test_a_loose_notebook_beside_a_folder_of_the_same_name_is_told(course, grade_command, capsys):
    hand_in(course, "alice", submission(SOLUTIONS))
    (course.submitted / "alice.ipynb").write_text(json.dumps(submission()))
    assert grade_command(course) == 0
    assert rows(course)["alice"]["score"] == "9"
    assert "alice handed in lesson in its folder as well" in capsys.readouterr().out.replace("\n", " ")


def test_names_that_spreadsheets_take_for_formulas_are_quoted(course, grade_command):
    hand_in(course, "=1+1", submission(SOLUTIONS))
    assert grade_command(course) == 0
    assert "'=1+1" in rows(course)


# ------------------------------------------------------------------ errors that stop a run


def master_path(course):
    return course.master_paths(ASSIGNMENT)[0]


@pytest.fixture
def refusal(course, grade_command, capsys):
    """What `webcourse grade` says about a course that was spoiled."""

    def refusal(spoil, *arguments):
        hand_in(course, "alice", submission(SOLUTIONS))
        spoil(course)
        assert grade_command(course, *arguments) == 2
        return capsys.readouterr().err.strip()

    return refusal


@pytest.mark.parametrize(
    "spoil, arguments, message",
    [
        (lambda course: None, ["nonsense"], "unknown assignment 'nonsense': it is one of lesson"),
        (lambda course: None, ["--course", "/nowhere"], "there is no folder /nowhere"),
        (lambda course: None, ["--student", "zoe"], "look at --student zoe"),
        (lambda course: master_path(course).unlink(), [], "run `make build` first"),
        (lambda course: master_path(course).write_text("{"), [], "1_lesson.ipynb cannot be used"),
        (
            lambda course: master_path(course).write_text(
                '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
            ),
            [],
            "no cell with points",
        ),
        (
            lambda course: (course.root / "source" / ASSIGNMENT / "b.ipynb").write_text("{}"),
            [],
            "b.ipynb cannot be used",
        ),
        (lambda course: (course.root / "nbgrader_config.py").write_text("1/0"), [], "ZeroDivisionError"),
        (lambda course: (course.root / "gradebook.db").write_bytes(b"x" * 5000), [], "gradebook"),
        (
            lambda course: kit.make_course(course.root, solutions={"greet": "def greet(n):\n    pass"}),
            [],
            "nobody was graded: the reference solution",
        ),
    ],
)
def test_a_course_that_cannot_be_graded_is_one_line_with_the_cure(refusal, spoil, arguments, message):
    error = refusal(spoil, *arguments)
    assert message in error and "\n" not in error


def test_nothing_submitted_and_no_samples_is_one_line(course, grade_command, capsys):
    assert grade_command(course) == 2
    assert "is empty: put submissions there" in capsys.readouterr().err


def test_with_nothing_submitted_the_samples_are_copied(course, grade_command, capsys):
    sample = course.root / "samples" / "perfect" / ASSIGNMENT
    sample.mkdir(parents=True)
    (sample / f"{NOTEBOOK}.ipynb").write_text(json.dumps(submission(SOLUTIONS)))
    (course.root / "samples" / "README.md").write_text("about")
    (course.submitted / "README.md").write_text("about")
    assert grade_command(course) == 0
    assert "copied 1 samples" in capsys.readouterr().out
    assert rows(course)["perfect"]["score"] == "9"


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--jobs", "x"], ["--nonsense"], ["a", "b"]])
def test_wrong_arguments_are_refused(course, grade_command, arguments):
    with pytest.raises(SystemExit) as stop:
        grade_command(course, *arguments)
    assert stop.value.code == 2


def test_a_fault_of_the_grader_costs_one_submission(course, grade_command, capsys, monkeypatch):
    for student in ("alice", "bob"):
        hand_in(course, student, submission(SOLUTIONS))
    real = autograded.fill
    calls = []

    def fill(*args):
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("a fault")
        return real(*args)

    monkeypatch.setattr(autograded, "fill", fill)
    assert grade_command(course, "--jobs", "1") == 1
    assert "1 without a score: alice" in capsys.readouterr().out
    assert list(rows(course)) == ["bob"]
    monkeypatch.undo()
    assert grade_command(course) == 0
    assert list(rows(course)) == ["alice", "bob"]


# ------------------------------------------------------------------ Ctrl-C


def start(course, *arguments):
    command = [
        sys.executable,
        "-m",
        "webcourse",
        "grade",
        "--course",
        str(course.root),
        "--jobs",
        "1",
        *arguments,
    ]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_ctrl_c_loses_nothing_that_was_graded(course, grade_command, capsys):
    slow = {**SOLUTIONS, "greet": "import time\ntime.sleep(3)\n" + SOLUTIONS["greet"]}
    for student in "abc":
        hand_in(course, student, submission(SOLUTIONS))
    for student in "xy":
        hand_in(course, student, submission(slow))
    process = start(course)
    deadline = time.monotonic() + 60
    while len(list((course.root / "receipts").glob("*"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    done = int(re.search(r"interrupted: (\d) of 5 graded, run again to go on", output)[1])
    assert done in (3, 4)
    assert len(rows(course)) == done
    gradebook = Gradebook(course.directory.db_url, course.directory.course_id)
    assert len(gradebook.assignment_submissions(ASSIGNMENT)) == done
    gradebook.close()
    assert (
        grade_command(course, "--cell-seconds", "20", "--notebook-seconds", "120", "--memory-mb", "1024")
        == 0
    )
    assert f"{5 - done} graded, {done} unchanged" in capsys.readouterr().out
    assert {row["score"] for row in rows(course).values()} == {"9"}


def test_ctrl_c_before_the_first_grade_is_no_traceback(course):
    hand_in(course, "alice", submission(SOLUTIONS))
    process = start(course)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0


# ------------------------------------------------------------------ again, and reports


def test_a_preview_shows_what_a_changed_check_would_change_and_writes_nothing(course, capsys):
    wrong = {**SOLUTIONS, "greet": "def greet(name):\n    return f'Hi, {name}'"}
    hand_in(course, "alice", submission(SOLUTIONS))
    hand_in(course, "bob", submission(wrong))
    quick = ["--course", str(course.root), "--cell-seconds", "6", "--trust"]
    assert main(["grade", *quick]) == 0
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    kit.make_course(course.root, solutions={"greet": wrong["greet"]}, checks=GREETS_WITH_HI)
    changed = {path for path in course.root.rglob("*") if path.is_file()} - set(before)
    capsys.readouterr()
    assert main(["regrade", "--preview", "--json", *quick]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {(c["student"], c["exercise"], c["before"], c["after"]) for c in found["changes"]} == {
        ("alice", "greet", 3.0, 0.0),
        ("bob", "greet", 0.0, 3.0),
    }
    assert main(["regrade", "--preview", *quick]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    for path, content in before.items():
        if "source" not in path.parts and path not in changed:
            assert path.read_bytes() == content, path
    assert main(["regrade", *quick]) == 0
    assert rows(course)["bob"]["score"] == "9"


GREETS_WITH_HI = {
    "greet-basics": '''
def test_the_name_is_greeted(see):
    """"Hi, " and the name."""
    assert see(greet("Alice")) == "Hi, Alice"
''',
    "greet-details": '''
def test_any_name_is_greeted(see, rng):
    """"Hi, " and the name, whichever."""
    expected = str(rng.random())
    assert see(greet(expected)[4:]) == expected
''',
}


def test_the_class_report_is_written_and_can_be_written_again(course, grade_command, capsys):
    assert main(["report", "--course", str(course.root)]) == 2
    assert "nothing is graded yet" in capsys.readouterr().err
    hand_in(course, "alice", submission(SOLUTIONS))
    assert grade_command(course) == 0
    page = (course.root / "report.html").read_text()
    (course.root / "report.html").unlink()
    assert main(["report", "--course", str(course.root)]) == 0
    assert (course.root / "report.html").read_text() == page
    assert "data:image/png" in page and "<script" not in page
