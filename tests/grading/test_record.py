"""The gradebook and the files are as nbgrader's own, and nothing that a person entered is lost."""

import json
import os
import stat

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import reads

from tests.grading import kit
from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, hand_in, submission
from webcourse.grading import record
from webcourse.grading.course import CourseError
from webcourse.grading.record import Recorder


@pytest.fixture
def grade(course, grade_command):
    def grade(*arguments):
        assert grade_command(course, *arguments) == 0

    return grade


@pytest.fixture
def gradebook(course):
    gradebook = Gradebook(course.directory.db_url, course.directory.course_id)
    yield gradebook
    gradebook.close()


def grades(gradebook, student):
    submission = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student)
    return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in submission.grades}


def test_scores_and_comments_are_in_the_gradebook(course, grade, gradebook):
    hand_in(course, "alice", submission({**SOLUTIONS, "greet": "import os\nos._exit(0)"}))
    hand_in(course, "bob", submission({"double": SOLUTIONS["double"]}))
    grade()
    assert grades(gradebook, "alice") == {
        "double-basics": (2, False),
        "double-details": (1, False),
        "greet-basics": (0, False),
        "greet-details": (0, False),
        "total-basics": (2, False),
        "total-details": (1, False),
    }
    comments = {
        c.name: c.comment
        for c in gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, "bob").comments
    }
    assert comments == {"double": None, "greet": "No response.", "total": "No response."}
    assert gradebook.find_comment("greet", NOTEBOOK, ASSIGNMENT, "alice").comment is None
    assert gradebook.find_submission(ASSIGNMENT, "alice").score == 6


def test_the_autograded_notebook_is_nbgraders(course, grade):
    hand_in(
        course, "alice", submission({**SOLUTIONS, "greet": "print('me')\ndef greet(name):\n    pass"})
    )
    grade()
    path = course.folder("autograded", "alice", ASSIGNMENT) / f"{NOTEBOOK}.ipynb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    notebook = reads(path.read_text(), as_version=4)
    nbformat.validate(notebook)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    assert cells["greet"].outputs[0].text == "me\n"
    assert cells["double-basics"].outputs[0].text.startswith("✓ two becomes four")
    assert cells["greet-basics"].outputs[0].ename == "ChecksFailed"
    assert kit.HIDDEN_LINE in cells["greet-details"].source
    assert "verdict+json" not in path.read_text()


def test_the_time_of_the_hand_in_and_the_penalty_for_lateness(course, grade, gradebook):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01 00:00:00 UTC")
    path = hand_in(course, "alice", submission(SOLUTIONS))
    path.with_name("timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    hand_in(course, "bob", submission(SOLUTIONS))
    (course.submitted / "bob" / ASSIGNMENT / "timestamp.txt").write_text("yesterday, or so")
    grade()
    late = gradebook.find_submission(ASSIGNMENT, "alice")
    assert (late.total_seconds_late, late.late_submission_penalty) == (86400, 9)
    assert gradebook.find_submission(ASSIGNMENT, "bob").late_submission_penalty == 0
    assert "alice,lesson,0,9,9" in (course.root / "grades.csv").read_text()
    copied = course.folder("autograded", "alice", ASSIGNMENT) / "timestamp.txt"
    assert course.directory.get_existing_timestamp(str(copied.parent)) == late.timestamp
    receipt = json.loads((course.folder("receipts", "bob", ASSIGNMENT) / f"{NOTEBOOK}.json").read_text())
    assert "holds no time" in receipt["notes"][0]
    assert "9 points were taken off" in feedback(course, "alice")


def feedback(course, student):
    return (course.folder("feedback", student, ASSIGNMENT) / f"{NOTEBOOK}.html").read_text()


def test_what_a_person_entered_stays(course, grade, gradebook):
    hand_in(course, "alice", submission())
    grade()
    gradebook.find_grade("greet-basics", NOTEBOOK, ASSIGNMENT, "alice").manual_score = 1.5
    gradebook.find_comment(
        "greet", NOTEBOOK, ASSIGNMENT, "alice"
    ).manual_comment = "Nearly <script>alert(1)</script>"
    gradebook.db.commit()
    grade("--force")
    gradebook.db.expire_all()
    after = gradebook.find_grade("greet-basics", NOTEBOOK, ASSIGNMENT, "alice")
    assert (after.manual_score, after.auto_score, after.score, after.needs_manual_grade) == (
        1.5,
        0,
        1.5,
        True,
    )
    page = feedback(course, "alice")
    assert "1.5 of 9 points" in page and "Nearly" in page and "<script" not in page
    assert "alice,lesson,1.5,9" in (course.root / "grades.csv").read_text()


def test_a_changed_master_is_registered_and_grades_of_other_exercises_stay(course, grade, gradebook):
    hand_in(course, "alice", submission(SOLUTIONS))
    grade()
    gradebook.find_grade("double-basics", NOTEBOOK, ASSIGNMENT, "alice").manual_score = 1
    gradebook.db.commit()
    kit.make_course(course.root, slugs=("double", "total"))
    grade()
    gradebook.db.expire_all()
    assert set(grades(gradebook, "alice")) == {
        f"{s}-{p}" for s in ("double", "total") for p in ("basics", "details")
    }
    assert gradebook.find_submission(ASSIGNMENT, "alice").max_score == 6
    kit.make_course(course.root)
    grade()
    gradebook.db.expire_all()
    assert grades(gradebook, "alice")["greet-basics"] == (2, False)
    assert gradebook.find_grade("double-basics", NOTEBOOK, ASSIGNMENT, "alice").manual_score == 1
    assert gradebook.find_submission(ASSIGNMENT, "alice").max_score == 9


def test_changed_points_are_registered(course, grade, gradebook):
    hand_in(course, "alice", submission(SOLUTIONS))
    grade()
    notebook = kit.source_notebook()
    for cell in notebook.cells:
        if cell.id == "greet-basics":
            cell.metadata.nbgrader.points = 5
    nbformat.write(notebook, course.master_paths(ASSIGNMENT)[0])
    grade()
    assert gradebook.find_submission(ASSIGNMENT, "alice").max_score == 12
    assert grades(gradebook, "alice")["greet-basics"] == (5, False)


def test_a_removed_cell_with_a_grade_by_hand_is_refused(course, grade, gradebook, grade_command, capsys):
    hand_in(course, "alice", submission(SOLUTIONS))
    grade()
    gradebook.find_grade("greet-basics", NOTEBOOK, ASSIGNMENT, "alice").manual_score = 1
    gradebook.db.commit()
    kit.make_course(course.root, slugs=("double", "total"))
    assert grade_command(course) == 2
    assert "greet-basics is no longer in the master" in capsys.readouterr().err
    gradebook.db.expire_all()
    assert gradebook.find_grade("greet-basics", NOTEBOOK, ASSIGNMENT, "alice").manual_score == 1


def test_a_renamed_master_with_grades_is_refused(course, grade, grade_command, capsys):
    hand_in(course, "alice", submission(SOLUTIONS))
    grade()
    path = course.master_paths(ASSIGNMENT)[0]
    path.rename(path.with_name("2_lesson.ipynb"))
    assert grade_command(course) == 2
    assert "rename 2_lesson back" in capsys.readouterr().err


def test_a_gradebook_that_is_locked_or_no_gradebook_is_one_line(course, gradebook, monkeypatch):
    monkeypatch.setattr(record, "Gradebook", lambda *args: gradebook)
    connection = gradebook.engine.raw_connection()
    gradebook.db.connection().exec_driver_sql("PRAGMA busy_timeout = 10")
    connection.cursor().execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match="database is locked.*Formgrader"):
        Recorder(course)
    connection.close()
    monkeypatch.undo()
    (course.root / "gradebook.db").write_bytes(b"no database" * 100)
    with pytest.raises(CourseError, match="file is not a database"):
        Recorder(course)


def test_without_alembic_the_error_names_the_cure(tmp_path, monkeypatch):
    course = kit.make_course(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CourseError, match="alembic.*install"):
        Recorder(course)


def test_a_file_is_never_half_there(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "file"
    record.write(path, "old", mode=0o444)
    with pytest.raises(UnicodeEncodeError):
        record.write(path, "new \udcff")
    assert path.read_text() == "old"
    monkeypatch.setattr(
        os, "replace", lambda *args: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(CourseError, match="No space left on device"):
        record.write(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(path.parent) in (["file"], [".file.new", "file"], ["file", ".file.new"])
