"""The real lessons: the samples get the score they deserve, and each exercise stands on its own."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from tests.grading.pages import assert_inert
from webcourse.grading import room
from webcourse.grading.course import Course
from webcourse.grading.examine import examine, run_reference
from webcourse.grading.intake import Intake
from webcourse.grading.master import load_master
from webcourse.grading.prefix import prefix
from webcourse.grading.transplant import transplant

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "source").glob("*") if path.is_dir())

pytestmark = pytest.mark.skipif(not ASSIGNMENTS, reason="source/ is empty: run `make build`")


@pytest.fixture(scope="module")
def expected():
    return json.loads((ROOT / "samples" / "expected.json").read_text())


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with the samples, graded as `make grade` does in a fresh clone."""
    from webcourse.cli import main

    root = tmp_path_factory.mktemp("samples")
    for name in ("source", "samples"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "submitted").mkdir()
    assert main(["grade", "--course", str(root), "--cell-seconds", "8", "--memory-mb", "600"]) == 0
    return root


def receipt(graded, sample):
    (path,) = (graded / "receipts" / sample).glob("*.json")
    return json.loads(path.read_text())


def test_every_sample_gets_the_score_it_deserves(graded, expected):
    scores = {}
    for sample in expected:
        exercises = receipt(graded, sample)["exercises"]
        scores[sample] = {
            slug: {name.rpartition("-")[2]: score["earned"] for name, score in tests.items()}
            for slug, tests in exercises.items()
        }
    assert scores == {sample: deserved["exercises"] for sample, deserved in expected.items()}


def test_every_lost_point_has_a_reason(graded, expected):
    for sample, deserved in expected.items():
        for tests in receipt(graded, sample)["exercises"].values():
            for score in tests.values():
                assert bool(score["reason"]) == (score["earned"] < score["points"])
        lost = receipt(graded, sample)["exercises"].values()
        reasons = {score["reason"] for tests in lost for score in tests.values()}
        assert any(deserved["reason"] in reason for reason in reasons), sample


def test_the_feedback_of_the_hostile_samples_does_nothing(graded, expected):
    for sample in expected:
        (page,) = [path.read_text() for path in (graded / "feedback" / sample).glob("*.html")]
        assert_inert(page)
        assert "BEGIN HIDDEN" not in page
        assert len(page) < 1_000_000


def test_the_samples_are_made_from_the_lesson_as_it_is(tmp_path, expected):
    from webcourse.grading.samples import make_samples

    for name in ("source", "release", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "tests" / "impostors", tmp_path / "tests" / "impostors")
    list(make_samples(tmp_path))
    made = {
        path.relative_to(tmp_path): path.read_bytes()
        for path in (tmp_path / "samples").rglob("*")
        if path.is_file()
    }
    stale = [str(path) for path, content in made.items() if (ROOT / path).read_bytes() != content]
    assert stale == [], "run `webcourse samples`"


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def lesson(request):
    course = Course(ROOT)
    (path,) = course.master_paths(request.param)
    return load_master(path, request.param, course.config)


@pytest.fixture(scope="module")
def run(lesson):
    with room.Rooms() as rooms:
        yield lambda job: rooms.run(job, prefix(lesson))


def test_every_exercise_earns_its_points_without_the_others(lesson, run):
    """What an answer or a check needs comes from given cells and the answer itself."""
    limits = room.Limits()
    reference = run_reference(lesson, "alone", limits, run)
    for exercise in lesson.exercises:
        plan = transplant(lesson, Intake({exercise.slug: lesson.references[exercise.slug]}))
        plan.steps = [
            step for step in plan.steps if step.role == "given" or step.exercise == exercise.slug
        ]
        alone = dataclasses.replace(lesson, exercises=[exercise])
        scores = examine(plan, alone, reference, limits, run).scores
        assert {name: scores[name].reason for name in exercise.tests if not scores[name].passed} == {}


def test_three_seeds_give_the_reference_all_points(lesson, run):
    for seed in ("1", "2", "3"):
        run_reference(lesson, seed, room.Limits(), run)
