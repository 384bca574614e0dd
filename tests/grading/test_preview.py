"""A preview says whose scores would change, by how much and why, and keeps what a person gave."""

import io
import json
import warnings

import pytest
from nbgrader.api import Gradebook
from rich.console import Console
from sqlalchemy.exc import SAWarning

from webcourse.grading import preview
from webcourse.grading.course import Course
from webcourse.grading.preview import Change, Held, Totals, compare, read_held

POINTS = {"basics": 2.0, "details": 1.0}


def receipt(student, lost=(), assignment="lesson", notebook="1_lesson", exercises=("double", "greet")):
    """dict: of a submission that loses some cells, such as "greet-details"."""
    found = {}
    for slug in exercises:
        for part, points in POINTS.items():
            cell = f"{slug}-{part}"
            earned = 0.0 if cell in lost else points
            reason = f"✗ {cell}" if cell in lost else ""
            found.setdefault(slug, {})[cell] = {"points": points, "earned": earned, "reason": reason}
    return {"student": student, "assignment": assignment, "notebook": notebook, "exercises": found}


def hold(*receipts, **changed):
    """dict: a gradebook with what *receipts* say, but for some cells of all students."""
    held = {}
    for each in receipts:
        cells = held.setdefault((each["student"], each["assignment"]), {})
        for tests in each["exercises"].values():
            for cell, score in tests.items():
                value = changed.get(cell.replace("-", "_"), Held(score["earned"]))
                cells[each["notebook"], cell] = value
    return held


def test_more_points_fewer_points_and_the_same():
    old = [receipt("a", ["greet-basics"]), receipt("b"), receipt("c", ["double-basics"])]
    new = [
        receipt("c", ["double-basics"]),
        receipt("a"),
        receipt("b", ["greet-details", "greet-basics"]),
    ]
    found = compare(hold(*old), new, old)
    assert found.changes == [
        Change("a", "lesson", "greet", 1, 3, "passes now; was: ✗ greet-basics"),
        Change("b", "lesson", "greet", 3, 0, "✗ greet-basics; ✗ greet-details"),
    ]
    assert found.totals == [Totals("lesson", 1, 1, 1, 0, 14 / 3, 13 / 3)]


def test_points_that_move_within_an_exercise_are_told():
    old, new = receipt("a", ["greet-basics"]), receipt("a", ["greet-details"])
    (change,) = compare(hold(old), [new]).changes
    assert change == Change("a", "lesson", "greet", 1, 2, "passes now; ✗ greet-details")


def test_a_score_that_a_person_gave_stays():
    old = receipt("a", ["greet-basics"])
    held = hold(old, greet_basics=Held(1.5, by_hand=True))
    found = compare(held, [receipt("a")], [old])
    assert (found.changes, found.kept) == ([], 1)
    assert found.totals == [Totals("lesson", 0, 0, 1, 0, 5.5, 5.5)]


def test_credit_that_a_person_added_stays():
    old = receipt("a", ["greet-basics"])
    held = hold(old, greet_basics=Held(0.5, extra=0.5))
    assert compare(held, [old]).changes == []
    (change,) = compare(held, [receipt("a")]).changes
    assert (change.before, change.after) == (1.5, 3.5)


def test_somebody_who_was_not_graded_is_new_and_in_no_mean():
    found = compare(hold(receipt("a")), [receipt("a"), receipt("b", ["greet-basics"])])
    assert found.changes == []
    assert found.totals == [Totals("lesson", 0, 0, 1, 1, 6, 6)]
    assert compare({}, [receipt("a")]).totals == [Totals("lesson", 0, 0, 0, 1, None, None)]


def test_those_who_are_not_in_the_run_do_not_count():
    found = compare(hold(receipt("a"), receipt("b")), [receipt("a", ["greet-basics"])])
    assert found.totals == [Totals("lesson", 0, 1, 0, 0, 6, 4)]


def test_exercises_that_came_and_went():
    old, new = receipt("a", exercises=["double", "greet"]), receipt("a", exercises=["double", "total"])
    found = compare(hold(old), [new], [old])
    assert found.changes == [
        Change("a", "lesson", "total", None, 3, "total-basics is new; total-details is new"),
        Change("a", "lesson", "greet", 3, None, "greet-basics is gone; greet-details is gone"),
    ]
    assert found.totals == [Totals("lesson", 0, 0, 1, 0, 6, 6)]


def test_a_cell_that_a_person_grades_counts_and_does_not_change():
    held = hold(receipt("a"))
    held["a", "lesson"]["1_lesson", "essay"] = Held(4.0, by_hand=True)
    found = compare(held, [receipt("a", ["greet-basics"])], [receipt("a")])
    assert found.totals == [Totals("lesson", 0, 1, 0, 0, 10, 8)]


def test_several_notebooks_and_assignments_are_kept_apart():
    old = [receipt("a"), receipt("a", notebook="2_lesson"), receipt("a", assignment="other")]
    new = [receipt("a", ["greet-basics"]), receipt("a", ["greet-details"], notebook="2_lesson"), old[2]]
    found = compare(hold(*old), new)
    assert [(c.before, c.after) for c in found.changes] == [(3, 1), (3, 2)]
    assert found.totals == [Totals("lesson", 0, 1, 0, 0, 12, 9), Totals("other", 0, 0, 1, 0, 6, 6)]


def test_tiny_differences_are_none():
    held = hold(receipt("a"), greet_basics=Held(0.1 + 0.2), double_basics=Held(2.0))
    new = receipt("a")
    new["exercises"]["greet"]["greet-basics"]["earned"] = 0.3
    assert compare(held, [new]).changes == []


def printed(found, width=100):
    console = Console(file=io.StringIO(), width=width)
    preview.show(found, console)
    return console.file.getvalue()


def test_what_is_printed():
    old = [receipt("a", ["greet-basics"]), receipt("b"), receipt("[red]c")]
    new = [receipt("a"), receipt("b"), receipt("[red]c", ["double-details"]), receipt("d")]
    new[2]["exercises"]["double"]["double-details"]["reason"] = "[bold]why"
    text = printed(compare(hold(*old, double_basics=Held(1.0, by_hand=True)), new, old))
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["Student", "Exercise", "Before", "After", "Reason"]
    assert lines[1] == ["[red]c", "double", "2", "1", "[bold]why"]
    assert lines[2] == ["a", "greet", "1", "3", "passes", "now;", "was:", "✗", "greet-basics"]
    assert "lesson: 4 students: 1 up, 1 down, 1 unchanged, 1 not graded before; mean 4.3 → 4.7" in text
    assert "3 scores given by hand would stay" in text
    assert "Nothing was written." in text


def test_what_is_printed_when_nothing_changes():
    text = printed(compare(hold(receipt("a")), [receipt("a")]))
    assert text.splitlines()[0] == "lesson: 1 student: 0 up, 0 down, 1 unchanged; mean 6.0 → 6.0"


def test_the_same_as_json():
    old = receipt("a", ["greet-basics"])
    found = json.loads(preview.as_json(compare(hold(old), [receipt("a")], [old])))
    assert found["changes"] == [
        {
            "student": "a",
            "assignment": "lesson",
            "exercise": "greet",
            "before": 1.0,
            "after": 3.0,
            "reason": "passes now; was: ✗ greet-basics",
        }
    ]
    assert found["totals"][0] | {"up": 1, "mean_before": 4.0, "mean_after": 6.0} == found["totals"][0]
    assert found["kept"] == 0


@pytest.fixture
def gradebook(tmp_path):
    Course(tmp_path)  # puts alembic, which nbgrader calls, on the path
    with (
        warnings.catch_warnings(),
        Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "course") as book,
    ):
        warnings.simplefilter("ignore", SAWarning)  # about nbgrader's own ways
        for name in ("lesson", "other"):
            book.add_assignment(name)
            book.add_notebook("1_lesson", name)
            for cell, points in (("double-basics", 2), ("double-details", 1)):
                book.add_grade_cell(cell, "1_lesson", name, max_score=points, cell_type="code")
        for student in ("a", "b"):
            book.add_student(student)
            book.add_submission("lesson", student)
        yield book


def test_the_gradebook_is_read(gradebook):
    for student, cell, values in [
        ("a", "double-basics", {"auto_score": 2.0}),
        ("a", "double-details", {"auto_score": 0.0, "manual_score": 0.5}),
        ("b", "double-basics", {"auto_score": 1.0, "extra_credit": 0.25}),
    ]:
        grade = gradebook.find_grade(cell, "1_lesson", "lesson", student)
        for name, value in values.items():
            setattr(grade, name, value)
    gradebook.db.commit()
    basics, details = ("1_lesson", "double-basics"), ("1_lesson", "double-details")
    assert read_held(gradebook, "lesson") == {
        ("a", "lesson"): {basics: Held(2.0), details: Held(0.5, by_hand=True)},
        ("b", "lesson"): {basics: Held(1.25, extra=0.25), details: Held(0.0)},
    }
    assert read_held(gradebook, "other") == read_held(gradebook, "unknown") == {}
