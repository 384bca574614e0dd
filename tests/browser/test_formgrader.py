"""What an instructor sees in Formgrader, whose buttons run submissions as `webcourse grade` does."""

import json
import sys
from contextlib import closing

import pytest

from tests.grading import kit
from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, hand_in, submission
from tests.grading.pages import assert_inert
from webcourse.grading import walls

from .conftest import WINDOW
from .server import jupyter_lab

WAIT = 90_000  # milliseconds for a button's answer, on a busy machine
HOSTILE = "import os, shutil\nshutil.rmtree({course!r}, ignore_errors=True)\nos._exit(0)"
DESERVED = {"alice": "9 / 9", "mallory": "6 / 9"}


@pytest.fixture(scope="module")
def graded_course(tmp_path_factory):
    """A course with a right submission and a hostile one, which loses one exercise of three."""
    course = kit.make_course(tmp_path_factory.mktemp("formgrader") / "course")
    hand_in(course, "alice", submission(SOLUTIONS))
    hostile = HOSTILE.format(course=str(course.root))
    hand_in(course, "mallory", submission({**SOLUTIONS, "greet": hostile}))
    return course


@pytest.fixture(scope="module")
def formgrader(browser, graded_course, tmp_path_factory, screenshots):
    """Formgrader in a window of its own."""
    if walls.choose(trust=True) == walls.NONE:
        pytest.skip("there are no walls here, and one submission is hostile")
    with (
        jupyter_lab(tmp_path_factory.mktemp("jupyter"), sys.executable, graded_course.root) as address,
        closing(browser.new_page(viewport=WINDOW, locale="en-US")) as page,
    ):
        yield Formgrader(page, address, screenshots)


class Formgrader:
    """The pages of nbgrader's Formgrader."""

    def __init__(self, page, address, screenshots):
        self.page, self._screenshots = page, screenshots
        page.goto(address.replace("/lab?", "/tree?"))  # the token becomes a cookie
        self._base = address.partition("lab?")[0] + "formgrader/"

    def open(self, place):
        self.page.goto(self._base + place)
        self.page.locator("#main-table tr").first.wait_for(timeout=WAIT)

    def press(self, row, button):
        """Press a button in the row of an assignment or a student, and return what the dialog says."""
        self.row(row).locator(f".{button} a").click()
        dialog = self.page.locator(".modal.in, .modal.show")
        dialog.wait_for(timeout=WAIT)
        text = dialog.inner_text()
        self.screenshot(f"{row}-{button}")
        dialog.get_by_role("button").last.click()
        dialog.wait_for(state="detached")
        return text

    def row(self, name):
        return self.page.locator("#main-table tr").filter(has_text=name)

    def screenshot(self, name):
        self.page.wait_for_timeout(500)  # dialogs fade in
        self.page.screenshot(path=self._screenshots / f"formgrader-{name}.png")


def receipt(course, student):
    path = course.folder("receipts", student, ASSIGNMENT) / f"{NOTEBOOK}.json"
    return json.loads(path.read_text())


def test_its_buttons_grade_a_course_with_a_hostile_submission(formgrader, graded_course):
    formgrader.open("manage_assignments")
    assert "Successfully created" in formgrader.press(ASSIGNMENT, "assign")

    formgrader.open(f"manage_submissions/{ASSIGNMENT}")
    for student, points in DESERVED.items():
        assert "needs autograding" in formgrader.row(student).inner_text()
        said = formgrader.press(student, "autograde")
        assert f"Successfully autograded '{ASSIGNMENT}'" in said and "GradeInRoom" in said
        formgrader.row(student).get_by_text(points, exact=True).wait_for()
    formgrader.screenshot("autograded")
    for student in DESERVED:
        assert receipt(graded_course, student)["walls"] == walls.choose()
    lost = receipt(graded_course, "mallory")["exercises"]
    assert {t["earned"] for t in lost["greet"].values()} == {0}
    assert "ended the Python process" in lost["greet"]["greet-basics"]["reason"]
    assert (graded_course.root / "gradebook.db").exists()

    for student, points in DESERVED.items():
        assert "Successfully generated feedback" in formgrader.press(student, "generate-feedback")
        folder = graded_course.folder("feedback", student, ASSIGNMENT)
        page = (folder / f"{NOTEBOOK}.html").read_text()
        assert_inert(page)
        assert points.replace(" / ", " of ") + " points" in page


def test_a_graded_submission_opens_in_it(formgrader):
    formgrader.open(f"manage_students/mallory/{ASSIGNMENT}")
    formgrader.screenshot("notebooks")
    formgrader.page.get_by_role("link", name=NOTEBOOK).click()
    lost = formgrader.page.get_by_text("it ended the Python process").first
    lost.wait_for(timeout=WAIT)
    lost.scroll_into_view_if_needed()
    formgrader.screenshot("submission")
