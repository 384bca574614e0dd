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
from .transplant import ANSWER, EXTRA, GIVEN, TESTS, transplant


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
            setup = next((text for step in plan.steps if (text := judge.describe_error(results.get(step.name)))), "")
            reason = f"{problem}; first error: {setup}" if setup else str(problem)
            raise CourseError(
                f"nobody was graded: the reference solution of {master.assignment} fails {name} with seed {seed} "
                f"({reason}): mend source/{master.assignment}/{master.name}.ipynb"
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
    results = {} if plan.untouched else _Runner(reference.seed, limits, run).through(plan.steps)
    examination = Examination(results=results)
    again = _Runner(reference.seed, limits, run)
    for exercise in master.exercises:
        scores = _scores(exercise, plan, master, reference, results)
        if not all(score.passed for score in scores.values()):
            _ask_again(exercise, scores, plan, master, reference, again)
        examination.scores.update(scores)
    for step in plan.steps:
        result = results.get(step.name, {})
        if step.role == EXTRA and result.get("status") == "lost":
            examination.notes.append(f"a cell of your own was left out: {result['reason']}")
    examination.seconds = time.monotonic() - started
    return examination


def _scores(exercise, plan, master, reference, results):
    """dict[str, Score]: of the tests cells of an exercise."""
    answer = results.get(exercise.slug)
    scores = {}
    for name in exercise.tests:
        score = judge.judge(reference.expected[name], results.get(name), master.points[name])
        if score.passed:
            pass
        elif exercise.slug in plan.blank:
            score.cause, score.reason, score.lines = judge.BLANK, "not attempted", []
        elif answer and answer["status"] == "lost":
            score.cause, score.reason = answer["cause"], answer["reason"]
        elif answer and answer["status"] != "ok":
            timed_out = answer["status"] == "timeout"
            score.cause = room.TIME if timed_out else judge.ERROR
            score.reason = f"the answer stops with {judge.describe_error(answer)}"
        scores[name] = score
    return scores


def _ask_again(exercise, scores, plan, master, reference, runner):
    """Run an exercise on its own, and improve *scores* where it earns more so."""
    for steps in _on_its_own(exercise, plan):
        wanted = [step for step in steps if step.role != TESTS or not scores[step.name].passed]
        second = _scores(exercise, plan, master, reference, runner.once(wanted))
        for name, score in second.items():
            first = scores[name]
            if first.passed:
                continue
            if score.passed or (first.cause in (judge.NOT_REACHED, *room.CAUSES) and score.cause != judge.NOT_REACHED):
                score.alone = score.passed
                scores[name] = score
        if all(score.passed for score in scores.values()):
            return


def _on_its_own(exercise, plan):
    """The ways to run an exercise without the other answers: with and without the extra cells.

    Returns:
        list[list[Step]]
    """
    end = max(i for i, step in enumerate(plan.steps) if step.name in exercise.tests)
    every = [step for step in plan.steps[: end + 1] if step.role in (GIVEN, EXTRA) or step.exercise == exercise.slug]
    bare = [step for step in every if step.role != EXTRA]
    ways = [bare] if len(every) == len(bare) else [bare, every]
    return [steps for steps in ways if any(map(plan.is_students, steps))]


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
            lost = next((step for step in todo if results.get(step.name, {}).get("status") == "lost"), None)
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
