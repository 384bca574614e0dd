"""Every exercise's checks, tried on right, blank, wrong and mutated answers."""

import json
import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from webcourse.lab import checks

from .gallery import matrix, misconceptions, workbench
from .gallery.candidates import ALTERNATIVES, IMPOSTORS, candidates
from .gallery.mutants import tally_mutants

EXERCISES = workbench.all_exercises()
CANDIDATES = [(e, c) for e in EXERCISES.values() for c in candidates(e)]
LINES = 8  # of a failing check
COLUMNS = 100
MUTANTS_KILLED = 0.98

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def of_kind(*kinds):
    chosen = [(e, c) for e, c in CANDIDATES if c.kind in kinds]
    names = [f"{e.slug}: {c.name}" for e, c in chosen]
    return pytest.mark.parametrize("exercise, candidate", chosen, ids=names)


def seen(verdicts):
    return [(check.name, check.seen) for v in verdicts for check in v.checks]


@each_exercise
def test_an_exercise_has_its_gallery(exercise):
    kinds = [c.kind for c in candidates(exercise)]
    assert len(exercise.tests) == 2
    assert kinds.count("alternative") == 1
    assert kinds.count("impostor") >= 5
    assert all(c.says for c in candidates(exercise) if c.kind in ("alternative", "impostor"))


def test_every_file_of_the_gallery_belongs_to_an_exercise():
    folders = {p.name for p in IMPOSTORS.iterdir()} | {p.stem for p in ALTERNATIVES.glob("*.py")}
    assert folders - {"__pycache__"} == set(EXERCISES)


@of_kind("reference", "alternative")
@pytest.mark.parametrize("seed", ["notebook", "another", "a third"])
def test_a_right_answer_earns_everything(exercise, candidate, seed):
    verdicts = workbench.verdicts(exercise, candidate.answer, seed)
    assert all(v.passed for v in verdicts), "\n".join(sum(map(checks.report, verdicts), []))


@of_kind("alternative")
def test_right_answers_leave_the_same_transcript(exercise, candidate):
    for seed in ("one", "two"):
        reference = workbench.verdicts(exercise, exercise.solution, seed)
        assert seen(workbench.verdicts(exercise, candidate.answer, seed)) == seen(reference)


@each_exercise
def test_every_check_sees_plain_data(exercise):
    for name, values in seen(workbench.verdicts(exercise, exercise.solution)):
        assert values, name
        assert '"other"' not in json.dumps(values), name


@each_exercise
def test_every_cell_asks_rng_for_inputs(exercise, monkeypatch):
    asked = []

    class Watched(random.Random):
        def random(self):
            asked.append("random")
            return super().random()

        def getrandbits(self, k):
            asked.append("getrandbits")
            return super().getrandbits(k)

    monkeypatch.setattr(checks, "random", SimpleNamespace(Random=Watched))
    for source in exercise.tests:
        asked.clear()
        (verdict,) = workbench.verdicts(replace(exercise, tests=(source,)), exercise.solution)
        assert verdict.passed and asked, verdict.name


@each_exercise
def test_the_blank_starter_earns_nothing_anywhere(exercise):
    for verdict in workbench.verdicts(exercise, exercise.blank):
        assert not verdict.passed, verdict.name


@of_kind("impostor")
def test_an_impostor_loses_points_with_a_report_that_fits(exercise, candidate):
    verdicts = workbench.verdicts_once(exercise, candidate.answer)
    assert workbench.points(verdicts) < sum(v.points for v in verdicts)
    for check in [c for v in verdicts for c in v.checks if not c.passed]:
        assert len(check.report) <= LINES
        assert max(map(len, check.report)) <= COLUMNS
        labels = [line.split()[0] for line in check.report[1:] if line.split()]
        assert "rule" in labels and "got" in labels


@each_exercise
def test_mutants_are_killed(exercise):
    tally = tally_mutants(exercise)
    unexplained = [(m.was, m.becomes) for m, reason in tally.survivors if not reason]
    assert tally.total > 0 and unexplained == []


def test_mutants_that_break_a_rule_are_killed_as_promised():
    tallies = [tally_mutants(e) for e in EXERCISES.values()]
    harmless = sum(1 for t in tallies for _, reason in t.survivors if reason)
    wrong = sum(t.total for t in tallies) - harmless
    assert sum(t.killed for t in tallies) >= MUTANTS_KILLED * wrong > 0


def test_the_kill_matrix_is_up_to_date():
    committed = matrix.without_checks(matrix.PAGE.read_text(encoding="utf-8"))
    assert committed == matrix.without_checks(matrix.page()), (
        "docs/kill_matrix.md is stale: run `make matrix`"
    )


def test_the_misconceptions_are_up_to_date():
    """By name: on real sockets a busy machine may let one check more fail."""
    assert named(misconceptions.committed()) == named(misconceptions.page()), (
        "lessons/misconceptions.json is stale: run `make matrix`"
    )


def named(page):
    return {slug: [(m["impostor"], m["sentence"]) for m in found] for slug, found in page.items()}
