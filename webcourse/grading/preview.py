"""What a regrading would change: the gradebook's scores beside those of a run that was not recorded.

Scores that a person gave stay when a submission is graded again, so they stay here too. Penalties for
lateness are left out on both sides.
"""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from statistics import mean

from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook
from rich.console import Console
from rich.table import Table
from rich.text import Text

SAME = 1e-9  # points, below which two scores are equal


@dataclass(frozen=True)
class Held:
    """What the gradebook holds for a graded cell of a submission."""

    score: float
    by_hand: bool = False  # a person gave it
    extra: float = 0.0  # credit that a person added; part of the score


@dataclass(frozen=True)
class Change:
    """An exercise whose score would change. A score is None where there is or would be no such cell."""

    student: str
    assignment: str
    exercise: str
    before: float | None
    after: float | None
    reason: str


@dataclass(frozen=True)
class Totals:
    """What would become of an assignment. The means are of the students who were graded before."""

    assignment: str
    up: int
    down: int
    unchanged: int
    new: int  # not graded before
    mean_before: float | None
    mean_after: float | None


@dataclass(frozen=True)
class Preview:
    """The outcome of `compare`."""

    changes: list = field(default_factory=list)  # of Change, by assignment and student
    totals: list = field(default_factory=list)  # of Totals, by assignment
    kept: int = 0  # scores of cells that a person gave, and that differ from those of the run


def read_held(gradebook, assignment):
    """What a gradebook holds for an assignment.

    Args:
        gradebook (nbgrader.api.Gradebook)
        assignment (str)

    Returns:
        dict[tuple[str, str], dict[tuple[str, str], Held]]: by student and assignment, then by notebook
            and graded cell; nothing for an assignment that it does not know.
    """
    grades = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Notebook.name,
            BaseCell.name,
            Grade.score,
            Grade.manual_score,
            Grade.extra_credit,
        )
        .select_from(Grade)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.name == assignment)
    )
    held = defaultdict(dict)
    for student, notebook, cell, score, manual, extra in grades:
        held[student, assignment][notebook, cell] = Held(score or 0.0, manual is not None, extra or 0.0)
    return dict(held)


def compare(held, new, old=()):
    """What would change if a run were recorded.

    Args:
        held (dict): of `read_held`, for all assignments of the run.
        new (Iterable[dict]): the receipts of the run, as in receipts/.
        old (Iterable[dict]): the receipts of the scores that are held, where there are any: they say
            why points were missing, and which cells were checked then.

    Returns:
        Preview: of the submissions in *new*.
    """
    old = {_place(receipt): receipt for receipt in old}
    changes, kept, sums = [], 0, {}
    for receipt in sorted(new, key=lambda r: (r["assignment"], r["student"], r["notebook"])):
        student, assignment, notebook = _place(receipt)
        cells = held.get((student, assignment))
        if cells is None:
            sums[assignment, student] = None
            continue
        before = sum(cell.score for cell in cells.values())
        difference = sums.setdefault((assignment, student), [before, before])
        was = {cell: score for (name, cell), score in cells.items() if name == notebook}
        for part in _parts(receipt, old.get(_place(receipt), {})):
            kept += part.kept(was)
            change = part.change(was)
            if change is not None:
                changes.append(Change(student, assignment, part.exercise, *change))
                difference[1] += (change[1] or 0.0) - (change[0] or 0.0)
    return Preview(changes, _totals(sums), kept)


def _place(receipt):
    return receipt["student"], receipt["assignment"], receipt["notebook"]


@dataclass
class _Part:
    """The tests cells of one exercise in both receipts."""

    exercise: str
    now: dict  # cell -> score as in the receipt; empty for an exercise that is gone
    then: dict  # the same of the old receipt

    def after(self, cell, was):
        """float | None: what a cell would be worth."""
        held = was.get(cell, Held(0.0))
        if cell not in self.now:
            return held.score if held.by_hand else None
        return held.score if held.by_hand else self.now[cell]["earned"] + held.extra

    def kept(self, was):
        """int: the scores that a person gave and that differ from those of the run."""
        given = [cell for cell in self.now if cell in was and was[cell].by_hand]
        return sum(not _equal(was[cell].score, self.now[cell]["earned"]) for cell in given)

    def change(self, was):
        """tuple[float | None, float | None, str] | None: before, after, why; None for no change."""
        cells = [cell for cell in {**self.then, **self.now} if cell in self.now or cell in was]
        before = {cell: was[cell].score if cell in was else None for cell in cells}
        after = {cell: self.after(cell, was) for cell in cells}
        changed = [cell for cell in cells if not _equal(before[cell], after[cell])]
        if not changed:
            return None
        return _sum(before), _sum(after), self._reason(changed, before, after)

    def _reason(self, changed, before, after):
        reasons = []
        for cell in changed:
            if after[cell] is None:
                reasons.append(f"{cell} is gone")
            elif before[cell] is None:
                reasons.append(f"{cell} is new")
            elif after[cell] < before[cell]:
                reasons.append(self.now[cell]["reason"] or "fewer points")
            else:
                reason = self.then.get(cell, {}).get("reason")
                reasons.append(f"passes now; was: {reason}" if reason else "passes now")
        return "; ".join(dict.fromkeys(reasons))


def _parts(new, old):
    """Yields a _Part for each exercise of two receipts of one notebook."""
    now, then = new.get("exercises", {}), old.get("exercises", {})
    for exercise in {**now, **then}:
        yield _Part(exercise, now.get(exercise, {}), then.get(exercise, {}))


def _equal(a, b):
    return a is b or (a is not None and b is not None and abs(a - b) < SAME)


def _sum(scores):
    known = [score for score in scores.values() if score is not None]
    return sum(known) if known else None


def _totals(sums):
    """list[Totals]: from (assignment, student) -> [before, after], or None for a new one."""
    found = []
    for assignment in dict.fromkeys(assignment for assignment, _ in sums):
        pairs = [pair for (name, _), pair in sums.items() if name == assignment]
        graded = [pair for pair in pairs if pair]
        up = sum(after - before >= SAME for before, after in graded)
        down = sum(before - after >= SAME for before, after in graded)
        means = [mean(side) for side in zip(*graded, strict=True)] if graded else [None, None]
        new = len(pairs) - len(graded)
        found.append(Totals(assignment, up, down, len(graded) - up - down, new, *means))
    return found


# ------------------------------------------------------------------ for people and for programs


def as_json(preview):
    """str: a preview as a JSON object with `totals`, `changes` and `kept`."""
    return json.dumps(asdict(preview), indent=1)


def show(preview, console=None):
    """Print a preview on the terminal.

    Args:
        preview (Preview)
        console (rich.console.Console | None)
    """
    console = console or Console(highlight=False)
    if preview.changes:
        console.print(_changes_table(preview))
        console.print()
    for totals in preview.totals:
        console.print(Text(_sentence(totals)), soft_wrap=True)
    if preview.kept:
        console.print(
            f"{_count(preview.kept, 'score')} given by hand would stay, though the run differs"
        )
    console.print(
        "Nothing was written. Penalties for lateness are not part of these scores.", soft_wrap=True
    )


def _changes_table(preview):
    columns = ["Student", "Assignment", "Exercise", "Before", "After", "Reason"]
    several = len(preview.totals) > 1
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        if several or column != "Assignment":
            table.add_column(column, justify="right" if column in ("Before", "After") else "left")
    for change in preview.changes:
        place = [change.student, *([change.assignment] if several else []), change.exercise]
        table.add_row(
            *map(Text, place), _points(change.before), _points(change.after), Text(change.reason)
        )
    return table


def _points(score):
    return "–" if score is None else f"{score:g}"


def _sentence(totals):
    counts = f"{totals.up} up, {totals.down} down, {totals.unchanged} unchanged"
    new = f", {totals.new} not graded before" if totals.new else ""
    means = (
        ""
        if totals.mean_before is None
        else f"; mean {totals.mean_before:.1f} → {totals.mean_after:.1f}"
    )
    total = totals.up + totals.down + totals.unchanged + totals.new
    return f"{totals.assignment}: {_count(total, 'student')}: {counts}{new}{means}"


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"
