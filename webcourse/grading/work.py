"""One submission from bytes to a result: a pure job that any process on any machine can do.

It needs this package and what stands in its arguments, no course folder and no database. Everything in
and out can be pickled.
"""

import atexit
import hashlib
import json
from dataclasses import dataclass, field

from .. import __version__
from . import GRADING, autograded, judge, room
from .examine import Examination, examine
from .feedback import render
from .intake import Collected, take_in
from .master import grade_id
from .prefix import prefix
from .transplant import transplant


@dataclass
class Kit:
    """What all submissions of one notebook have in common."""

    master: object  # Master
    reference: object  # examine.Reference
    limits: object  # room.Limits
    walls: str  # name, see `walls`
    others: tuple = ()  # names of the assignment's other notebooks

    def __post_init__(self):
        self.prefix = prefix(self.master)


@dataclass
class Task:
    """A submitted notebook that is to be graded."""

    student: str
    assignment: str
    notebook: str  # name
    collected: Collected
    key: str  # equal keys get equal scores, but for the seed
    timestamp: object = None  # datetime of the hand-in in UTC, or None


@dataclass
class Result:
    """A submitted notebook with its scores, ready to be written down."""

    task: Task  # without what was collected
    scores: dict  # grade_id of a tests cell -> points
    by_hand: dict  # grade_id of a cell that a person grades -> points, or None
    comments: dict  # grade_id of an answer or task cell -> str or None
    text: str  # the autograded notebook
    page: str  # the feedback without manual scores, comments and penalties
    receipt: dict
    notebook: object = field(default=None, repr=False)  # NotebookNode, in the process that made it


def grade_one(kit, task, run):
    """Grade one submitted notebook.

    Args:
        kit (Kit)
        task (Task)
        run (Callable[[dict], list[dict]]): runs a job in a room.

    Returns:
        Result: whatever was submitted.

    Raises:
        room.Cancelled, room.CannotRun: as *run* does.
    """
    master = kit.master
    intake = take_in(task.collected, master, kit.others)
    plan = transplant(master, intake)
    if intake.problem:
        examination = Examination(
            {
                name: judge.Score(
                    points,
                    cause=judge.UNREADABLE,
                    reason=intake.problem,
                    evidence=judge.TRANSCRIPT if name in master.checks else judge.OUTPUTS,
                )
                for name, points in master.points.items()
            }
        )
    else:
        examination = examine(plan, master, kit.reference, kit.limits, run, _files(master, intake))
    notes = [*intake.notes, *examination.notes]
    notebook = autograded.fill(plan, master, examination, notes)
    by_hand = autograded.by_hand(notebook, master, is_missing=bool(intake.problem))
    comments = autograded.comments(notebook)
    scores = {name: score.earned for name, score in examination.scores.items()}
    given = {grade_id(cell): cell.metadata.nbgrader for cell in notebook.cells if grade_id(cell)}
    shown = {
        name: (earned or 0, float(given[name].get("points") or 0) if name in given else 0.0)
        for name, earned in (scores | by_hand).items()
    }
    return Result(
        task=Task(task.student, task.assignment, task.notebook, None, task.key, task.timestamp),
        scores=scores,
        by_hand=by_hand,
        comments=comments,
        text=autograded.as_text(notebook),
        page=render(notebook, master.name, shown, comments, 0),
        receipt=_receipt(kit, task, examination, notes),
    )


def _files(master, intake):
    """dict[str, str]: what lies beside the notebook in the room; the instructor's files win."""
    files = {name: data for name, data in intake.files.items() if ".." not in name.split("/")}
    return {name: data.decode("latin-1") for name, data in (files | master.files).items()}


def _receipt(kit, task, examination, notes):
    """dict: enough to grade again and compare."""
    return {
        "key": task.key,
        "student": task.student,
        "assignment": task.assignment,
        "notebook": task.notebook,
        "seed": kit.reference.seed,
        "walls": kit.walls,
        "grading": f"{GRADING} ({__version__})",
        "seconds": round(examination.seconds, 3),
        "notes": [autograded.clean(note) for note in notes],
        "exercises": {
            exercise.slug: {name: _score_receipt(examination.scores[name]) for name in exercise.tests}
            for exercise in kit.master.exercises
        },
    }


def as_text(receipt):
    """str: a receipt as its file holds it."""
    return json.dumps(receipt, indent=1, ensure_ascii=False) + "\n"


def _score_receipt(score):
    return {
        "points": score.points,
        "earned": score.earned,
        "cause": score.cause,
        "reason": autograded.clean(score.reason),
        "alone": score.alone,
        "evidence": score.evidence,
        "checks": score.checks,
    }


# ------------------------------------------------------------------ in a worker process

_rooms = {}  # kind of walls -> room.Rooms; a worker keeps its zygotes


def rooms(kind):
    """room.Rooms: of this process, for walls of a *kind*."""
    if kind not in _rooms:
        _rooms[kind] = room.Rooms(kind)
        atexit.register(close_rooms)
    return _rooms[kind]


def close_rooms():
    """End the zygotes of this process."""
    while _rooms:
        _rooms.popitem()[1].close()


def grade_here(kit, task, cancelled=lambda: False):
    """`grade_one` with the rooms of this process."""
    return grade_one(kit, task, lambda job: rooms(kit.walls).run(job, kit.prefix, cancelled))


def digest(*parts):
    """str: equal for equal text parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(str(part).encode("utf-8", "surrogateescape")).digest())
    return total.hexdigest()
