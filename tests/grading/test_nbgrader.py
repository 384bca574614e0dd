"""nbgrader's own commands work on the course with our configuration, before and after our grading."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.grading import kit
from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, hand_in, submission
from tests.grading.pages import assert_inert

ROOT = Path(__file__).parents[2]


@pytest.fixture
def nbgrader(course):
    def nbgrader(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "nbgrader", *arguments]
        to = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(command, cwd=course.root, env=environment, **to, timeout=120, check=False)
        assert done.returncode == 0, done.stdout
        return done.stdout

    return nbgrader


def score(course, student):
    gradebook = Gradebook(course.directory.db_url, course.directory.course_id)
    try:
        return gradebook.find_submission(ASSIGNMENT, student).score
    finally:
        gradebook.close()


def page(course, student):
    return (course.folder("feedback", student, ASSIGNMENT) / f"{NOTEBOOK}.html").read_text()


STOCK = """
del c.Autograde["sanitize_preprocessors"]
del c.Autograde["autograde_preprocessors"]
"""


@pytest.mark.parametrize("configuration", ["plugin", "stock"])
def test_autograde_and_feedback_agree_with_ours(course, nbgrader, grade_command, configuration):
    if configuration == "stock":
        with open(course.root / "nbgrader_config.py", "a") as config:
            config.write(STOCK)
    wrong = {**SOLUTIONS, "greet": "def greet(name):\n    return 'Hello, Alice'"}
    hand_in(course, "alice", submission(wrong))
    nbgrader("generate_assignment", ASSIGNMENT, "--force")
    assert (
        "your code here" in (course.folder("release", ".", ASSIGNMENT) / f"{NOTEBOOK}.ipynb").read_text()
    )
    nbgrader("autograde", ASSIGNMENT)
    nbgrader("generate_feedback", ASSIGNMENT)
    assert score(course, "alice") == 8
    receipts = list((course.root / "receipts").rglob("*.json"))
    assert len(receipts) == (configuration == "plugin")
    stock = page(course, "alice")
    assert_inert(stock)
    assert "8 of 9 points" in stock and "any name is greeted" in stock
    assert "a hidden name" not in stock and "BEGIN HIDDEN" not in stock

    assert grade_command(course) == 0
    assert score(course, "alice") == 8
    ours = page(course, "alice")
    nbgrader("generate_feedback", ASSIGNMENT, "--force")
    assert page(course, "alice") == ours


def test_the_plugin_copes_with_what_stops_nbgrader(course, nbgrader):
    """A duplicated cell ends a stock batch, and an answer that ends the process loses everything."""
    twice = submission(SOLUTIONS)
    twice["cells"] += [cell for cell in twice["cells"] if "nbgrader" in cell["metadata"]]
    hand_in(course, "alice", twice)
    hand_in(course, "bob", submission({**SOLUTIONS, "greet": "import os\nos._exit(0)"}))
    nbgrader("generate_assignment", ASSIGNMENT, "--force")
    nbgrader("autograde", ASSIGNMENT)
    assert (score(course, "alice"), score(course, "bob")) == (9, 6)


def test_validate_tells_solved_from_unsolved(course, nbgrader):
    path = course.submitted / "x.ipynb"
    path.write_text(kit.json.dumps(submission()))
    assert "failed" in nbgrader("validate", str(path))
    path.write_text(kit.json.dumps(submission(SOLUTIONS)))
    assert "Success" in nbgrader("validate", str(path))


def test_export_works_on_our_gradebook(course, nbgrader, grade_command):
    hand_in(course, "alice", submission(SOLUTIONS))
    assert grade_command(course) == 0
    nbgrader("export")
    assert "alice" in (course.root / "grades.csv").read_text()
