"""Decides what runs: the whole notebook first, then again what deserves a second opinion.

One fault costs one exercise. A cell that takes the process down is left out and the others run
again without it. An exercise that failed runs once more in another fork, without the other answers, so
that one that got in its way costs it nothing.

In our courses an exercise needs no other one, and the reference solution never enters a room together
with student code. In other courses answers build on earlier ones, so in the second opinion the reference
solution stands in for these; only whether the exercise passes is taken from it, none of its outputs.
"""

import dataclasses
import re
import time
from dataclasses import dataclass, field
from itertools import filterfalse

from . import guard, judge, room
from .canaries import MEANING, canaries, canaries_of
from .course import CourseError
from .dependence import may_touch
from .master import Master
from .seal import seal
from .transplant import ANSWER, CANARY, EXTRA, GIVEN, TESTS, Plan, Step, solve


@dataclass
class Reference:
    """What grading knows from running the reference solution."""

    seed: str
    expected: dict  # grade_id of a tests cell with `see` -> list[judge.Expected]
    armed: dict  # grade_id of each other tests cell -> kinds of those of its canaries that work
    numbers: set  # grade_ids of the other tests cells that end in a number of points


@dataclass
class Examination:
    """The outcome of a submission."""

    scores: dict = field(default_factory=dict)  # grade_id of a tests cell -> judge.Score
    results: dict = field(default_factory=dict)  # name of a step -> its result, see `room.Rooms.run`
    notes: list = field(default_factory=list)
    seconds: float = 0.0


def run_reference(master, seed, limits, run):
    """Grade the reference solution, so that others can be compared with it.

    It runs with the checks as they are, which it must pass, and with sealed ones, which must see the same.

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
    plan = solve(master)
    files = {name: data.decode("latin-1") for name, data in master.beside.items()}
    as_they_are = _Runner(master, seed, limits, run, files, sealed=False).through(plan.steps)
    again = _Runner(master, seed, limits, run, files, describe=True).through(
        plan.steps + _repeated(master) + canaries(master)
    )
    expected, armed, numbers = {}, {}, set()
    for name, points in master.points.items():
        try:
            if name in master.checks:
                expected[name] = judge.expect(again.get(name))
                if _seen(judge.expect(as_they_are.get(name))) != _seen(expected[name]):
                    raise judge.BadVerdict("what its checks see is not the same twice")
            else:
                is_number = judge.shows_number(again.get(name))
                first, repeated = (
                    judge.judge_outputs(again.get(step), {}, points, is_number)
                    for step in (name, _repeat(name))
                )
                if not first.passed:
                    raise judge.BadVerdict(first.reason)
                # Only where nothing else makes them fail.
                armed[name] = [
                    kind
                    for kind, canary in canaries_of(name).items()
                    if repeated.passed
                    and again.get(canary, {}).get("status") in ("ok", "error")
                    and not judge.passes(again[canary], points, is_number)
                ]
                if is_number:
                    numbers.add(name)
        except judge.BadVerdict as problem:
            raise CourseError(_fails(master, name, seed, problem, plan, again)) from problem
    return Reference(str(seed), expected, armed, numbers)


def _seen(expected):
    return [(check.name, check.seen) for check in expected]


def _fails(master, name, seed, problem, plan, results):
    errors = (judge.describe_error(results.get(step.name)) for step in plan.steps)
    first = next(filter(None, errors), "")
    reason = f"{problem}; first error: {first}" if first and first not in str(problem) else str(problem)
    return (
        f"nobody was graded: the reference solution of {master.assignment} fails {name} with seed {seed} "
        f"({reason}): mend source/{master.assignment}/{master.name}.ipynb"
    )


def _repeated(master):
    """list[Step]: the tests cells without `see` once more. What they use up, they fail without."""
    return [
        Step(_repeat(name), CANARY, "", master.source(name))
        for name in master.points
        if name not in master.checks
    ]


def _repeat(name):
    return f"{name} again"


def examine(plan, master, reference, limits, run, files=None):
    """Run a submission and score it.

    Args:
        plan (Plan): of `transplant`.
        master (Master)
        reference (Reference)
        limits (room.Limits): for the first run, and once more for all second opinions together.
        run (Callable[[dict], list[dict]]): runs a job.
        files (dict[str, str] | None): for the working folder, see `room.job`.

    Returns:
        Examination: with a score for every tests cell.
    """
    started = time.monotonic()
    examiner = _Examiner(plan, master, reference)
    first, again = (_Runner(master, reference.seed, limits, run, files) for _ in range(2))
    steps = plan.steps + canaries(master, reference.armed)
    # Checks with `see` fail without an answer; other tests may give something for the starter.
    is_vain = plan.untouched and master.sealed
    examination = Examination(results={} if is_vain else first.through(steps))
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
        stopped = next(filter(None, (_stop(results.get(name)) for name in exercise.answers)), None)
        is_blank = bool(exercise.answers) and self.plan.blank.issuperset(exercise.answers)
        scores = {}
        for name in exercise.tests:
            score = scores[name] = self._score(name, results)
            if score.passed:
                continue
            if is_blank and not score.earned:
                score.cause, score.reason, score.lines = judge.BLANK, "not attempted", []
            elif stopped and not score.earned:
                score.cause, score.reason = stopped
        return scores

    def _score(self, name, results):
        points = self.master.points[name]
        if name in self.reference.expected:
            return judge.judge(self.reference.expected[name], results.get(name), points)
        known, names = self.reference, canaries_of(name)
        asked = {MEANING[kind]: results.get(names[kind]) for kind in known.armed[name]}
        return judge.judge_outputs(results.get(name), asked, points, name in known.numbers)

    def ask_again(self, exercise, scores, runner):
        """*scores*, better where the exercise earns more when it runs without the other answers."""
        best = dict(scores)
        for steps in self._on_its_own(exercise) if self._may_be_others_fault(exercise, scores) else ():
            wanted = {name for name, score in best.items() if not score.passed}
            if not wanted:
                break
            needed = [step for step in steps if step.role != TESTS or step.name in wanted]
            second = self.scores(exercise, runner.once(needed, silent=not self.master.sealed))
            for name in wanted:
                second[name].alone = second[name].earned > best[name].earned
                if second[name].alone or (self.master.sealed and _says_more(second[name], best[name])):
                    best[name] = second[name]
        return best

    def _may_be_others_fault(self, exercise, scores):
        """bool: whether the exercise may do better without the other answers."""
        if all(score.passed for score in scores.values()):
            return False
        if any(score.cause in _OTHERS_FAULTS for score in scores.values()):
            return True
        names, steps = self._until_its_end(exercise)
        own = [step.source for step in steps if step.name in names]
        given = [step.source for step in self.plan.steps if step.role == GIVEN]
        others = [s for s in steps if s.role in (ANSWER, EXTRA) and s.name not in names]
        return any(may_touch(step.source, own, given) for step in others)

    def _until_its_end(self, exercise):
        """tuple[set[str], list[Step]]: the names of an exercise's cells, and all steps up to the last."""
        names = {*exercise.answers, *exercise.tests}
        end = max((i for i, step in enumerate(self.plan.steps) if step.name in names), default=-1)
        return names, self.plan.steps[: end + 1]

    def _on_its_own(self, exercise):
        """Yields the steps of an exercise without the other answers: without extra cells, then with."""
        own, steps = self._until_its_end(exercise)
        steps = [self._stand_in(step, exercise) for step in steps]
        steps = list(filter(None, steps))
        after = [
            step
            for step in canaries(self.master, self.reference.armed)
            if step.exercise == exercise.slug
        ]
        bare = [s for s in steps if s.role != EXTRA and (s.role != TESTS or s.name in own)]
        full = [s for s in steps if s.role != TESTS or s.name in own]
        for chosen in [bare] if bare == full else [bare, full]:
            if any(self.plan.is_students(step) for step in chosen if step.exercise == exercise.slug):
                yield chosen + after

    def _stand_in(self, step, exercise):
        """The step; for another exercise's answer the reference, and None in courses of ours."""
        if step.role != ANSWER or step.exercise == exercise.slug:
            return step
        if self.master.sealed:
            return None
        return dataclasses.replace(step, source=self.master.references[step.name])


_OTHERS_FAULTS = {judge.NOT_REACHED, judge.DISARMED, *guard.CAUSES}


def _stop(result):
    """tuple[str, str] | None: cause and reason why an answer's cell did not end well."""
    if result is None or result["status"] == "ok":
        return None
    if result["status"] == "lost":
        return result["cause"], result["reason"]
    cause = guard.TIME if result["status"] == "timeout" else judge.ERROR
    return cause, f"the answer stops with {judge.describe_error(result)}"


def _says_more(second, first):
    """bool: whether why an exercise failed on its own tells more than why it failed at first."""
    return first.cause in (judge.NOT_REACHED, *guard.CAUSES) and second.cause != judge.NOT_REACHED


def _is_lost(result):
    return bool(result) and result["status"] == "lost"


class _Runner:
    """Runs steps to the end, whatever the single ones do, within the time for a notebook."""

    def __init__(self, master, seed, limits, run, files=None, sealed=True, describe=False):
        self.master, self.seed, self.limits, self.run = master, seed, limits, run
        self.options = {"files": files, "describe": describe}
        self.sealed = sealed
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
            skip.update(
                step.name
                for step in todo
                if step.role == TESTS and step.name in results and step.name in self.master.checks
            )
        return results

    def once(self, steps, silent=False):
        """Run *steps* until one takes the process down.

        Args:
            steps (list[Step])
            silent (bool): nobody looks at what they show.

        Returns:
            dict[str, dict]: results by name.
        """
        if self.left < 1:
            return {}
        started = time.monotonic()
        limits = dataclasses.replace(self.limits, notebook_seconds=int(self.left))
        cells = [(step.name, self._source(step)) for step in steps]
        silent = {step.name for step in steps if silent or step.role == CANARY}
        results = self.run(room.job(cells, self.seed, limits, silent=silent, **self.options))
        if self.master.ignored:
            for result in results:
                result["outputs"] = list(filterfalse(self._is_ignored, result["outputs"]))
        self.left -= time.monotonic() - started
        return {result["id"]: result for result in results}

    def _is_ignored(self, output):
        text = str(output.get("text")) if output.get("name") == "stderr" else ""
        return bool(text and re.search(self.master.ignored, text))

    def _source(self, step):
        return seal(step.source) if self.sealed and step.name in self.master.checks else step.source

    @staticmethod
    def _blame(given, steps, results):
        """A given cell does no harm: the student's last cell before it left something running."""
        before = steps[: steps.index(given)]
        culprit = next((step for step in reversed(before) if step.role in (ANSWER, EXTRA)), None)
        if culprit:
            results[culprit.name] = {**results.pop(given.name), "id": culprit.name}
        return culprit
