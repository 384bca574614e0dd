"""The exports are what Canvas and Moodle read, whatever students are called."""

import csv
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from webcourse.grading.course import Course
from webcourse.grading.exports import CanvasExporter, MoodleExporter, no_formula, number

ROOT = Path(__file__).parents[2]
STUDENTS = {
    "ada": {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "lms_user_id": "17",
    },
    "bob": {"first_name": 'Robert "Bob"', "last_name": "Smith, Jr.", "email": "bob@example.org"},
    "cy": {"first_name": "Cy\nber", "last_name": "=cmd|' /C calc'!A0", "lms_user_id": "17th"},
    "dee": {"first_name": "\t@SUM(A1)", "email": "+1@example.org"},
    "=cmd": {},
    "0": {"first_name": "نون‌نون", "last_name": "Zero"},
}
SCORES = {  # assignment, student -> scores of the two cells, penalty
    ("first", "ada"): (2.0, 1.0, 0.0),
    ("first", "bob"): (2.0, 0.1 + 0.2, 1.0),
    ("first", "cy"): (0.0, 1.0, 5.0),
    ("second", "ada"): (60.0, 1 / 3, 0.0),
    ("second", "=cmd"): (0.0, 0.0, 0.0),
}
POINTS = {"first": (2, 1), "second": (100, 0.5)}
COMMENT = 'Nearly:\n"<b>" & <script>alert(1)</script>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course's folder with a gradebook that was made through nbgrader's API."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(
        (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        + '\nc.CanvasExporter.columns = {"first": "The first (1234)"}\n'
        + 'c.MoodleExporter.identify = "Email address"\n',
        encoding="utf-8",
    )
    Course(folder)  # puts alembic, which nbgrader calls, on the path
    url = f"sqlite:///{folder / 'gradebook.db'}"
    with warnings.catch_warnings(), Gradebook(url, "from-request-to-production") as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # about nbgrader's own ways
        fill(gradebook)
    return folder


def fill(gradebook):
    for name, points in POINTS.items():
        gradebook.add_assignment(name)
        gradebook.add_notebook("notebook", name)
        for i, most in enumerate(points):
            gradebook.add_grade_cell(f"cell{i}", "notebook", name, max_score=most, cell_type="code")
        gradebook.add_solution_cell("answer", "notebook", name)
    for student, names in STUDENTS.items():
        gradebook.add_student(student, **names)
    for (name, student), (*scores, penalty) in SCORES.items():
        (notebook,) = gradebook.add_submission(name, student).notebooks
        notebook.late_submission_penalty = penalty
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = scores[int(grade.name[-1])], False
    manual = gradebook.find_grade("cell1", "notebook", "first", "ada")
    manual.manual_score, manual.needs_manual_grade = 0.5, True
    gradebook.find_comment("answer", "notebook", "first", "bob").auto_comment = COMMENT
    gradebook.db.commit()


@pytest.fixture
def export(folder, tmp_path, caplog):
    """Run an exporter; returns the rows of its file."""

    def export(exporter, **traits):
        path = tmp_path / "out.csv"
        plugin = exporter(config=Config(), log=logging.getLogger("export"), to=str(path), **traits)
        with Gradebook(
            f"sqlite:///{folder / 'gradebook.db'}", "from-request-to-production"
        ) as gradebook:
            plugin.export(gradebook)
        return read(path)

    return export


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len({len(row) for row in rows}) == 1
    return rows


def find(rows, position, text):
    (found,) = [row for row in rows if row[position] == text]
    return found


def test_canvas_has_its_columns_and_the_possible_points(export):
    rows = export(CanvasExporter)
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "first", "second"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "3", "100.5"]
    assert len(rows) == 2 + len(STUDENTS)


def test_canvas_has_a_row_a_student_with_penalties_taken_off(export):
    rows = export(CanvasExporter, section="A")
    assert find(rows, 3, "ada") == ["Lovelace, Ada", "17", "", "ada", "A", "2.5", "60.33333"]
    assert find(rows, 3, "bob") == ['Smith, Jr., Robert "Bob"', "", "", "bob", "A", "1.3", ""]
    assert find(rows, 3, "cy")[5:] == ["0", ""]


def test_nothing_is_a_formula(export):
    for rows in (export(CanvasExporter), export(MoodleExporter, feedback=True)):
        for row in rows:
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    rows = export(CanvasExporter)
    assert find(rows, 3, "cy")[0] == "'=cmd|' /C calc'!A0, Cy ber"
    assert find(rows, 3, "dee")[0] == "'@SUM(A1)"
    assert find(rows, 3, "'=cmd") == ["'=cmd", "", "", "'=cmd", "", "", "0"]


def test_names_keep_the_letters_that_their_script_needs(export):
    assert find(export(CanvasExporter), 3, "0")[0] == "Zero, نون‌نون"


def test_canvas_gets_no_number_that_is_none(export, caplog):
    assert find(export(CanvasExporter), 3, "cy")[1] == ""
    assert "'17th' of student cy is no number of Canvas" in caplog.text


def test_canvas_finds_students_by_the_id_that_is_configured(export):
    assert find(export(CanvasExporter, student_is="SIS User ID"), 2, "bob")[1:4] == ["", "bob", ""]
    assert find(export(CanvasExporter, student_is="ID"), 1, "0")[1:4] == ["0", "", ""]


def test_moodle_has_an_identifying_column_and_one_an_assignment(export):
    rows = export(MoodleExporter)
    assert rows[0] == ["ID number", "First name", "Last name", "first", "second"]
    assert find(rows, 0, "ada") == ["ada", "Ada", "Lovelace", "2.5", "60.33333"]
    assert find(rows, 0, "bob") == ["bob", 'Robert "Bob"', "Smith, Jr.", "1.3", ""]
    assert find(export(MoodleExporter, missing="-"), 0, "bob")[3:] == ["1.3", "-"]


def test_moodle_gets_nobody_whom_it_would_take_for_somebody_else(export, caplog):
    rows = export(MoodleExporter, identify="Email address")
    assert [row[0] for row in rows[1:]] == ["'+1@example.org", "ada@example.org", "bob@example.org"]
    assert "Student cy has no Email address: left out" in caplog.text
    assert "'+1@example.org' looks like a formula" in caplog.text
    assert "0" not in [row[0] for row in export(MoodleExporter, identify="Username")]


def test_moodle_gets_the_comments_when_they_are_wanted(export):
    rows = export(MoodleExporter, feedback=True)
    assert rows[0][3:] == ["first", "first (feedback)", "second", "second (feedback)"]
    text = 'answer: Nearly: "&lt;b&gt;" &amp; &lt;script&gt;alert(1)&lt;/script&gt;'
    assert find(rows, 0, "bob")[3:] == ["1.3", text, "", ""]
    assert find(rows, 0, "ada")[4] == ""


def test_what_needs_attention_is_told(export, caplog):
    export(MoodleExporter, student=["ada", "nobody"], assignment=["first", "third"])
    assert "knows no student 'nobody'" in caplog.text and "knows no assignment 'third'" in caplog.text
    assert "1 submissions wait for manual grading" in caplog.text
    assert "more than 100 points" not in caplog.text
    export(MoodleExporter)
    assert "second has more than 100 points" in caplog.text


def test_students_and_assignments_can_be_chosen(export):
    rows = export(CanvasExporter, student=["bob"], assignment=["first"])
    assert [row[5:] for row in rows] == [["first"], ["3"], ["1.3"]]


def test_two_columns_of_one_name_are_refused(export):
    with pytest.raises(ValueError, match="same name"):
        export(CanvasExporter, columns={"first": "second"})


def test_the_command_finds_the_exporters_and_their_configuration(folder):
    def nbgrader(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "nbgrader", "export", *arguments]
        to = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(command, cwd=folder, env=environment, **to, timeout=120, check=False)
        assert done.returncode == 0, done.stdout

    nbgrader(
        "--exporter=webcourse.grading.exports.CanvasExporter",
        "--student=['ada','bob']",
        "--assignment=['first']",
        "--to=some.csv",
    )
    rows = read(folder / "some.csv")
    assert [row[-1] for row in rows] == ["The first (1234)", "3", "2.5", "1.3"]
    nbgrader("--exporter=webcourse.grading.exports.MoodleExporter")
    assert read(folder / "moodle.csv")[0][0] == "Email address"


@pytest.mark.parametrize(
    "value, text", [(0, "0"), (100, "100"), (1e-7, "0"), (1 / 3, "0.33333"), (123456.5, "123456.5")]
)
def test_numbers_are_plain(value, text):
    assert number(value) == text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\n =1"])
def test_formulas_are_told(text):
    assert no_formula(text) == f"'{text}"
    assert no_formula(f"a{text}") == f"a{text}"
