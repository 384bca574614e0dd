"""Decides what runs: the whole notebook first, then again what deserves a second opinion.

One fault costs one exercise. A cell that takes the process down is left out and the others run
again without it. An exercise that failed runs once more on its own, so that another exercise's
answer that got in its way costs it nothing.

An answer's names are its own. Where a cell is left out, nothing stands in for it: the reference
solution never enters a room together with student code, and no answer earns from it.
"""

import dataclasses
import time
from dataclasses import dataclass, field

from . import judge, room
from .course import CourseError
from .master import Master
from .transplant import ANSWER, EXTRA, GIVEN, TESTS, Plan, transplant


@dataclass
class Reference:
    """What the checks saw of the reference solution."""

    seed: str
    expected: dict  # grade_id of a tests cell -> list[judge.Expected]


@dataclass
class Examination:
    """The outcome of a submission."""

    scores: dict = field(default_factory=dict)  # grade_id of a tests cell -> judge.Score
    results: dict = field(default_factory=dict)  # name of a step -> its result, see `room.run`
    notes: list = field(default_factory=list)
    seconds: float = 0.0


def run_reference(master, seed, limits, run=room.run):
    """Grade the reference solution, so that others can be compared with it.

    Args:
        master (Master)
        seed (str): of the checks' random inputs.
        limits (room.Limits)
        run (Callable[[dict], list[dict]]): runs a job.

    Returns:
        Reference

    Raises:
        CourseError: if it does not pass its own checks.
    """
    plan = transplant(master, master.references)
    results = _Runner(seed, limits, run).through(plan.steps)
    expected = {}
    for name in master.points:
        try:
            expected[name] = judge.expect(results.get(name))
        except judge.BadVerdict as problem:
            setup = next(
                (text for step in plan.steps if (text := judge.describe_error(results.get(step.name)))),
                "",
            )
            reason = f"{problem}; first error: {setup}" if setup else str(problem)
            raise CourseError(
                f"nobody was graded: the reference solution of {master.assignment} fails {name} "
                f"with seed {seed} ({reason}): mend source/{master.assignment}/{master.name}.ipynb"
            ) from problem
    return Reference(seed, expected)


def examine(plan, master, reference, limits, run=room.run):
    """Run a submission and score it.

    Args:
        plan (Plan): of `transplant`.
        master (Master)
        reference (Reference)
        limits (room.Limits): for the first run, and once more for all second opinions together.
        run (Callable[[dict], list[dict]]): runs a job.

    Returns:
        Examination: with a score for every tests cell.
    """
    started = time.monotonic()
    examiner = _Examiner(plan, master, reference)
    first, again = (_Runner(reference.seed, limits, run) for _ in range(2))
    examination = Examination(results={} if plan.untouched else first.through(plan.steps))
    for exercise in master.exercises:
        scores = examiner.scores(exercise, examination.results)
        examination.scores |= examiner.ask_again(exercise, scores, again)
    for step in plan.steps:
        result = examination.results.get(step.name)
        if step.role == EXTRA and _is_lost(result):
            examination.notes.append(f"a cell of your own was left out: {result['reason']}")
    examination.seconds = time.monotonic() - started
    return examination


@dataclass
class _Examiner:
    """Scores the exercises of one submission."""

    plan: Plan
    master: Master
    reference: Reference

    def scores(self, exercise, results):
        """dict[str, Score]: of the tests cells of an exercise."""
        answer = results.get(exercise.slug, {"status": "ok"})
        scores = {}
        for name in exercise.tests:
            expected, points = self.reference.expected[name], self.master.points[name]
            score = scores[name] = judge.judge(expected, results.get(name), points)
            if score.passed:
                continue
            if exercise.slug in self.plan.blank:
                score.cause, score.reason, score.lines = judge.BLANK, "not attempted", []
            elif answer["status"] == "lost":
                score.cause, score.reason = answer["cause"], answer["reason"]
            elif answer["status"] != "ok":
                score.cause = room.TIME if answer["status"] == "timeout" else judge.ERROR
                score.reason = f"the answer stops with {judge.describe_error(answer)}"
        return scores

    def ask_again(self, exercise, scores, runner):
        """*scores*, better where the exercise earns more when it runs on its own."""
        best = dict(scores)
        for steps in self._on_its_own(exercise):
            wanted = {name for name, score in best.items() if not score.passed}
            if not wanted:
                break
            needed = [step for step in steps if step.role != TESTS or step.name in wanted]
            second = self.scores(exercise, runner.once(needed))
            for name in wanted:
                second[name].alone = second[name].passed
                if second[name].passed or _says_more(second[name], best[name]):
                    best[name] = second[name]
        return best

    def _on_its_own(self, exercise):
        """Yields the steps of an exercise without the other answers: without extra cells, then with."""
        names = {exercise.slug, *exercise.tests}
        end = max(i for i, step in enumerate(self.plan.steps) if step.name in names)
        bare = [s for s in self.plan.steps[: end + 1] if s.role == GIVEN or s.name in names]
        full = [s for s in self.plan.steps[: end + 1] if s.role in (GIVEN, EXTRA) or s.name in names]
        for steps in [bare] if bare == full else [bare, full]:
            if any(map(self.plan.is_students, steps)):
                yield steps


def _says_more(second, first):
    """bool: whether why an exercise failed on its own tells more than why it failed at first."""
    return first.cause in (judge.NOT_REACHED, *room.CAUSES) and second.cause != judge.NOT_REACHED


def _is_lost(result):
    return bool(result) and result["status"] == "lost"


class _Runner:
    """Runs steps to the end, whatever the single ones do, within the time for a notebook."""

    def __init__(self, seed, limits, run):
        self.seed, self.limits, self.run = seed, limits, run
        self.left = float(limits.notebook_seconds)

    def through(self, steps):
        """Run *steps*; those that take the process down are left out and the others run again.

        Returns:
            dict[str, dict]: results by name. Steps for which there was no time are missing.
        """
        results, skip = {}, set()
        while self.left >= 1:
            todo = [step for step in steps if step.name not in skip]
            results |= self.once(todo)
            lost = next((step for step in todo if _is_lost(results.get(step.name))), None)
            if lost is None:
                break
            if lost.role == GIVEN and not (lost := self._blame(lost, todo, results)):
                break
            skip.add(lost.name)
            skip.update(step.name for step in todo if step.role == TESTS and step.name in results)
        return results

    def once(self, steps):
        """Run *steps* until one takes the process down.

        Returns:
            dict[str, dict]: results by name.
        """
        if self.left < 1:
            return {}
        started = time.monotonic()
        limits = dataclasses.replace(self.limits, notebook_seconds=int(self.left))
        results = self.run(room.job([(step.name, step.source) for step in steps], self.seed, limits))
        self.left -= time.monotonic() - started
        return {result["id"]: result for result in results}

    @staticmethod
    def _blame(given, steps, results):
        """A given cell does no harm: the student's last cell before it left something running."""
        before = steps[: steps.index(given)]
        culprit = next((step for step in reversed(before) if step.role in (ANSWER, EXTRA)), None)
        if culprit:
            results[culprit.name] = {**results.pop(given.name), "id": culprit.name}
        return culprit
