"""Every submission of the corpus gets the score that it deserves, and nothing is left, read or alive."""

import pytest

from . import ours, page
from .stock import stock_record
from .submissions import CLASSES, SUBMISSIONS

pytestmark = pytest.mark.skipif(
    not ours.can_be_walled_in(),
    reason="no bubblewrap: hostile submissions are not run without it (see `webcourse doctor`)",
)


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Both courses, graded."""

    def grade(course):
        submissions = [each for each in SUBMISSIONS if each.course == course]
        return ours.grade(course, submissions, tmp_path_factory.mktemp(course))

    return {course: grade(course) for course in ours.COURSES}


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=lambda each: f"{each.kind}-{each.name}")
def test_it_gets_the_score_that_it_deserves(submission, runs):
    assert ours.complaints(submission, runs[submission.course]) == []


@pytest.mark.parametrize("course", ours.COURSES)
def test_the_run_leaves_nothing_behind_and_reaches_nothing(course, runs):
    assert ours.complaints_about_run(runs[course]) == []


@pytest.mark.parametrize("course", ours.COURSES)
def test_student_code_ran_behind_walls(course, runs):
    assert "walls: bubblewrap" in runs[course].output


def test_a_grade_says_what_it_rests_on(runs):
    """On values compared outside, or in a course of plain asserts on their outputs and on canaries."""
    for course, allowed in {"targets": {"transcript"}, "plain": {"canaries", "outputs"}}.items():
        for name, outcome in runs[course].outcomes.items():
            assert outcome.evidence <= allowed, name


def test_the_corpus_is_large_enough():
    assert len(SUBMISSIONS) >= 80
    assert all(any(each.kind == kind for each in SUBMISSIONS) for kind in CLASSES)


def test_the_page_tells_of_this_corpus():
    """`python -m tests.corpus --stock --page` writes it; here all is as deserved, or a test above fails."""
    none = {each.name: [] for each in SUBMISSIONS}
    assert page.PAGE.read_text(encoding="utf-8") == page.page_text(SUBMISSIONS, none, stock_record())
