"""Honest submissions get from us what they get from `nbgrader autograde`, row by row and cell by cell.

Where we differ on purpose, it is written down here, with the reason.
"""

import csv
import shutil
from types import SimpleNamespace

import pytest

from tests.grading import compare, foreign, stock
from tests.grading.foreign import CHARTS, FUNCTIONS, MEASUREMENTS, NOTEBOOK, READING, UNLIKE, students
from webcourse.cli import main
from webcourse.grading import judge
from webcourse.grading.course import Course
from webcourse.grading.record import read_receipt

ASSIGNMENTS = FUNCTIONS, MEASUREMENTS
SECOND_OPINION = "earned in a second run"

# A right answer that builds on a wrong one: one fault costs one exercise, so it is graded once more on
# top of the reference solution (stock nbgrader: 0). What each of these cells earns: (ours, theirs).
ON_TOP_OF_WRONG = {
    ("right_on_top_of_wrong", FUNCTIONS, NOTEBOOK, "volume-1"): (2, 0),
    ("the_stub_is_still_there", FUNCTIONS, NOTEBOOK, "volume-1"): (2, 0),
    ("late_by_days", FUNCTIONS, NOTEBOOK, "volume-1"): (2, 0),
    ("edits_tests", FUNCTIONS, NOTEBOOK, "volume-1"): (2, 0),
    ("changes_what_is_given", MEASUREMENTS, READING, "above-1"): (3, 1),
}
# Follows from these scores.
SUMS = {"score", "code_score", "failed_tests"}
# nbgrader keeps 1,000 lines of output; we keep 200 kB, however long the lines are.
LINES = 1000


def grade(course, *arguments):
    assert main(["grade", "--course", str(course.root), *arguments]) == 0


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The same submissions, graded by both."""
    folder = tmp_path_factory.mktemp("equivalence")
    template = foreign.make_course(folder / "template")
    foreign.set_due_dates(template)
    groups = {FUNCTIONS: FUNCTIONS, MEASUREMENTS: MEASUREMENTS, UNLIKE: FUNCTIONS}
    ours, courses = copied(template, folder / "ours"), {}
    for name, assignment in groups.items():
        course = courses[name, assignment] = copied(template, folder / name)
        for submission in foreign.submissions(name):
            submission.hand_in(ours)
            submission.hand_in(course)
    theirs = stock.graded(courses)
    grade(ours)
    our_rows = {assignment: compare.rows(ours, assignment) for assignment in ASSIGNMENTS}
    their_rows = {name: compare.rows(theirs[name], assignment) for name, assignment in groups.items()}
    return SimpleNamespace(ours=ours, theirs=theirs, our_rows=our_rows, their_rows=their_rows)


def rows_of(rows, wanted):
    """The rows of some students."""
    return {key: row for key, row in rows.items() if key[1] in wanted}


def receipt(course, student, assignment, notebook):
    return read_receipt(course.folder("receipts", student, assignment) / f"{notebook}.json")


def details(course, student, assignment, notebook):
    """dict[str, dict]: by tests cell, from the receipt."""
    exercises = receipt(course, student, assignment, notebook)["exercises"]
    return {name: found for tests in exercises.values() for name, found in tests.items()}


def copied(course, path):
    """Course: a copy that a test may change."""
    return Course(shutil.copytree(course.root, path))


# ------------------------------------------------------------------ the same


def test_there_are_forty_submissions_and_two_more():
    assert sum(len(students(assignment)) for assignment in ASSIGNMENTS) == 42


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_gradebooks_are_the_same_row_by_row(world, assignment):
    wanted, theirs = set(students(assignment)), world.their_rows[assignment]
    ours = rows_of(world.our_rows[assignment], wanted)
    assert {key[1] for key in theirs} == wanted
    found = compare.differences(ours, theirs)
    better = {
        (student, notebook, cell): scores
        for (student, of, notebook, cell), scores in ON_TOP_OF_WRONG.items()
        if of == assignment
    }
    for (student, notebook, cell), scores in better.items():
        assert found.pop(("grade", student, notebook, cell))["auto_score"] == scores
        above = found.pop(("notebook", student, notebook)), found.pop(("submission", student))
        for row in above:
            late = {"late_submission_penalty"} if student.startswith("late") else set()
            assert set(row) <= SUMS | late and row["score"][0] - row["score"][1] == scores[0] - scores[1]
    assert found == {}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_gradebooks_know_the_same_assignment(world, assignment):
    ours = compare.assignment(world.ours, assignment)
    theirs = compare.assignment(world.theirs[assignment], assignment)
    assert compare.differences(ours, theirs) == {}


@pytest.mark.parametrize(
    "student, assignment",
    [(name, assignment) for assignment in ASSIGNMENTS for name in students(assignment)],
)
def test_the_autograded_notebooks_are_the_same_cell_by_cell(world, student, assignment):
    for notebook in foreign.MASTERS[assignment]:
        place = student, assignment, notebook
        ours, theirs = (
            compare.cells(course, *place) for course in (world.ours, world.theirs[assignment])
        )
        if theirs is None:
            continue  # see test_a_missing_notebook
        assert [cell["source"] for cell in ours] == [cell["source"] for cell in theirs]
        for mine, other in zip(ours, theirs, strict=True):
            name = mine["nbgrader"].get("grade_id")
            if (*place, name) in ON_TOP_OF_WRONG:
                assert SECOND_OPINION in mine["stdout"]
            elif other["stdout"].endswith("... Output truncated ..."):
                assert mine["stdout"].startswith(other["stdout"].rpartition("\n")[0])
                assert mine["stdout"].count("\n") > LINES
            else:
                assert mine == other


def test_html_is_not_kept(world):
    """It may hold scripts, and Formgrader and feedback would show it."""
    for course in world.ours, world.theirs[MEASUREMENTS]:
        path = course.folder("autograded", "all_of_it", MEASUREMENTS) / f"{READING}.ipynb"
        assert ('"text/html"' in path.read_text()) == (course is not world.ours)


def test_nobody_honest_is_accused(world):
    """Tests without `see` run once more, on the starter, and fail there for everybody who passed."""
    evidence = set()
    for assignment in ASSIGNMENTS:
        for student in students(assignment):
            for notebook in foreign.MASTERS[assignment]:
                found = details(world.ours, student, assignment, notebook)
                assert judge.DISARMED not in {score["cause"] for score in found.values()}
                evidence |= {
                    (name, score["evidence"]) for name, score in found.items() if score["earned"]
                }
    # What the reference solution has used up fails a second time without any starter: no canary.
    assert dict(evidence)["squares-1"] == judge.OUTPUTS
    assert {kind for name, kind in evidence if name != "squares-1"} == {judge.CANARIES}


def test_second_opinions_only_give(world):
    """None of the reference solution's outputs is in a notebook, and no score is lost by one."""
    for (student, assignment, notebook, cell), (earned, before) in ON_TOP_OF_WRONG.items():
        found = details(world.ours, student, assignment, notebook)
        assert found[cell]["alone"] and found[cell]["earned"] == earned > before
        assert [name for name, score in found.items() if score["alone"]] == [cell]


def test_a_missing_notebook_gets_nothing_and_nobody_looks_at_it(world):
    """The rows are nbgrader's; that there is a notebook with the reason, and a receipt, is ours."""
    for student, missing, there in [
        ("no_second_notebook", CHARTS, READING),
        ("no_first_notebook", READING, CHARTS),
    ]:
        place = student, MEASUREMENTS
        assert compare.cells(world.theirs[MEASUREMENTS], *place, missing) is None
        assert compare.cells(world.ours, *place, missing)
        rows = world.our_rows[MEASUREMENTS].items()
        grades = [row for key, row in rows if key[:3] == ("grade", student, missing)]
        assert {(row["auto_score"], row["needs_manual_grade"]) for row in grades} == {(0, False)}
        causes = {score["cause"] for score in details(world.ours, *place, missing).values()}
        assert causes == {judge.UNREADABLE}
        assert judge.UNREADABLE not in {s["cause"] for s in details(world.ours, *place, there).values()}


# ------------------------------------------------------------------ what is not the same


@pytest.mark.parametrize(
    "student, points, in_stock, there_is_a_notebook",
    [
        ("deletes_tests", 9, 7, True),  # a person has to grade what is gone
        ("gets_more_points_than_there_are", 6, 6, False),  # the manual cells below are not looked at
        ("hands_in_a_note", 0, None, False),  # not in the gradebook
        ("hands_in_another_name", 9, 0, False),
        ("moves_an_answer_below_its_tests", 9, 7, True),  # runs in this order
        ("pastes_a_copy", 9, 0, False),  # stops the batch
        ("right_after_the_copy", 9, None, False),  # not reached
    ],
)
def test_what_stops_stock_nbgrader_is_graded(world, student, points, in_stock, there_is_a_notebook):
    """One submission never costs another one its score, and each gets one."""
    place = student, FUNCTIONS, NOTEBOOK
    assert world.our_rows[FUNCTIONS]["submission", student]["score"] == points
    assert compare.cells(world.ours, *place)
    theirs = world.their_rows[UNLIKE].get(("submission", student), {"score": None})
    assert theirs["score"] == in_stock
    assert bool(compare.cells(world.theirs[UNLIKE], *place)) == there_is_a_notebook


# ------------------------------------------------------------------ one after the other


def give_by_hand(course, place, score, comment):
    """What a person does in Formgrader, with half a point of extra credit.

    Args:
        course (Course)
        place (tuple[str, str, str]): student, assignment, notebook.
        score (tuple[str, float]): cell and value.
        comment (tuple[str, str]): cell and value.
    """
    with compare.gradebook(course) as gradebook:
        place = place[::-1]
        grade = gradebook.find_grade(score[0], *place)
        grade.manual_score, grade.needs_manual_grade = score[1], False
        grade.extra_credit = 0.5
        gradebook.find_comment(comment[0], *place).manual_comment = comment[1]
        gradebook.db.commit()


def test_stock_first_then_ours(world, tmp_path):
    course = copied(world.theirs[MEASUREMENTS], tmp_path / "course")
    student = "wrong_and_late"
    graded = student, MEASUREMENTS, READING
    give_by_hand(course, graded, ("discuss", 2.5), ("discuss", "Why?"))
    give_by_hand(course, graded, ("explore", 3), ("above", "Look at the mean."))
    before = compare.rows(course, MEASUREMENTS)
    grade(course, MEASUREMENTS, "--force", "--student", "[nw]*")
    found = compare.differences(compare.rows(course, MEASUREMENTS), before)
    place = student, READING
    # nbgrader asks for another look at what it graded again; tasks it does not grade.
    assert found.pop(("grade", *place, "discuss")) == {"needs_manual_grade": (True, False)}
    # The penalty counts what the person gave: 0.5 an hour, at most all points.
    with_manual = before["notebook", *place]["score"]
    penalty = {"late_submission_penalty": (with_manual, 2.0)}
    assert found.pop(("notebook", *place)) == {**penalty, "needs_manual_grade": (True, False)}
    assert found.pop(("submission", student)) == {"needs_manual_grade": (True, False)}
    assert found == {}
    page = (course.folder("feedback", student, MEASUREMENTS) / f"{READING}.html").read_text()
    assert "Look at the mean." in page and "Why?" in page


def test_ours_first_then_stock(world, tmp_path):
    """nbgrader changes only what it cannot know: that an answer is right on top of a right one."""
    course = copied(world.ours, tmp_path / "course")
    graded = "late_by_days", FUNCTIONS, NOTEBOOK
    give_by_hand(course, graded, ("explain", 1), ("explain", "Go on."))
    chosen = {FUNCTIONS: "late_by_days", MEASUREMENTS: "no_second_notebook"}
    again = {name: copied(course, tmp_path / name) for name in chosen}
    arguments = "autograde", "--force", "--student"
    running = [stock.start(again[name], *arguments, chosen[name], name) for name in chosen]
    for process in running:
        stock.finish(process)

    after = compare.rows(again[MEASUREMENTS], MEASUREMENTS)
    assert compare.differences(after, world.our_rows[MEASUREMENTS]) == {}

    after, before = compare.rows(again[FUNCTIONS], FUNCTIONS), compare.rows(course, FUNCTIONS)
    found = compare.differences(after, before)
    place = chosen[FUNCTIONS], NOTEBOOK
    assert found.pop(("grade", *place, "volume-1")) == {
        "auto_score": (0, 2),
        "failed_tests": (True, False),
    }
    assert found.pop(("grade", *place, "explain")) == {"needs_manual_grade": (True, False)}
    assert after["grade", *place, "explain"]["manual_score"] == 1
    assert after["comment", *place, "explain"]["manual_comment"] == "Go on."
    above = {**found.pop(("notebook", *place)), **found.pop(("submission", place[0]))}
    assert set(above) <= {*SUMS, "late_submission_penalty"} and found == {}


def test_feedback_and_export_work_on_what_we_graded(world, tmp_path):
    course = copied(world.ours, tmp_path / "course")
    shutil.rmtree(course.root / "feedback")
    student = "no_second_notebook"
    running = [
        stock.start(course, "generate_feedback", MEASUREMENTS, "--student", student),
        stock.start(course, "export"),
    ]
    for process in running:
        stock.finish(process)
    page = (course.folder("feedback", student, MEASUREMENTS) / f"{READING}.html").read_text()
    assert "Reading" in page and "mean_of" in page
    with open(course.root / "grades.csv", newline="", encoding="utf-8") as file:
        exported = {
            (row["assignment"], row["student_id"]): float(row["score"]) for row in csv.DictReader(file)
        }
    for assignment in ASSIGNMENTS:
        rows = world.our_rows[assignment]
        for key in [key for key in rows if key[0] == "submission"]:
            penalties = [
                row["late_submission_penalty"] or 0
                for other, row in rows.items()
                if other[:2] == ("notebook", key[1])
            ]
            expected = max(0.0, rows[key]["score"] - sum(penalties))
            assert exported[assignment, key[1]] == expected


def test_tests_that_nbgrader_has_yet_to_write_are_refused(tmp_path, capsys):
    """They hold nothing but remarks, so any answer would pass them."""
    course = foreign.make_course(tmp_path / "course")
    foreign.submissions(UNLIKE)[0].hand_in(course)
    path = course.master_paths(FUNCTIONS)[0]
    path.write_text(path.read_text().replace("assert sum(squares) == 30", "### AUTOTEST sum(squares)"))
    assert main(["grade", "--course", str(course.root), FUNCTIONS]) == 2
    assert "AUTOTEST in squares-1" in capsys.readouterr().err
