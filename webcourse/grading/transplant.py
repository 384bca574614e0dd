"""Puts a student's answers into a fresh copy of the master.

Everything but the answers and the extra cells is the instructor's, so edited tests, deleted cells,
tags and metadata have no effect.
"""

import copy
from dataclasses import dataclass, replace

import nbformat
from nbgrader import utils

from .intake import Intake
from .master import grade_id, is_tests

GIVEN, ANSWER, TESTS, EXTRA = "given", "answer", "tests", "extra"  # roles of cells that run
CANARY = "canary"  # role of what runs after these


@dataclass(frozen=True)
class Step:
    """A cell that runs."""

    name: str  # grade_id, or extra-1, extra-2, …
    role: str
    exercise: str  # slug of the exercise that it belongs to, "" for none
    source: str


@dataclass
class Plan:
    """A submission ready to run.

    Attributes:
        notebook (NotebookNode): the master with the student's answers, without outputs.
        steps (list[Step]): what runs, in order.
        blank (set[str]): answer cells without an answer, by grade_id.
        positions (dict[str, int]): of the steps in the notebook, by name.
    """

    notebook: object
    steps: list
    blank: set
    positions: dict

    @property
    def untouched(self):
        """bool: whether there is nothing of the student's to run."""
        return not any(self.is_students(step) for step in self.steps)

    def is_students(self, step):
        """bool: whether the student wrote the cell."""
        return step.role == EXTRA or (step.role == ANSWER and step.name not in self.blank)


def transplant(master, intake):
    """The master with a student's answers in place.

    A starter that was left untouched does not run where a cell of the student's own may hold the
    answer: it would replace it.

    Args:
        master (Master)
        intake (Intake): answers that are missing stay the starters.

    Returns:
        Plan
    """
    starters, answers = master.starters, intake.answers
    blank = {name for name in starters if answers.get(name, "").strip() in ("", starters[name].strip())}
    elsewhere, extras_after = set(), {}
    for extra in intake.extras:
        inside = [
            e
            for e, section in zip(master.exercises, _sections(master), strict=True)
            if extra.kind == "code" and _is_in(extra, section)
        ]
        elsewhere.update(name for e in inside for name in e.answers if name in blank)
        extras_after.setdefault(extra.after, []).append((inside[0].slug if inside else "", extra))
    owners = {name: e.slug for e in master.exercises for name in [*e.answers, *e.tests]}
    notebook = copy.copy(master.notebook)
    notebook.metadata = copy.deepcopy(master.notebook.metadata)
    cells, steps, positions = [], [], {}

    def add(cell, step):
        if step and step.name not in elsewhere:
            positions[step.name] = len(cells)
            steps.append(step)
        cells.append(cell)

    for place, cell in enumerate([None, *master.notebook.cells], -1):
        if cell and (place in intake.kept or grade_id(cell) or master.sealed):
            step = _step(cell, place, master, owners.get(grade_id(cell), ""))
            if step or grade_id(cell):  # a cell of the plan's own; the others stay the master's
                cell = copy.deepcopy(cell)
            if grade_id(cell) in starters and grade_id(cell) not in blank:
                cell.source = answers[grade_id(cell)]
                step = step and replace(step, source=cell.source)
            add(cell, step)
        for slug, extra in extras_after.get(place, []):
            name = f"extra-{1 + sum(map(_is_extra, cells))}"
            step = Step(name, EXTRA, slug, extra.source) if extra.kind == "code" else None
            add(_extra_cell(name, extra), step)
    notebook.cells = cells
    return Plan(notebook, steps, blank - elsewhere, positions)


def solve(master):
    """Plan: the master with the reference solution in place, all of its cells there."""
    everything = Intake(answers=master.references, kept=set(range(len(master.notebook.cells))))
    return transplant(master, everything)


def _step(cell, place, master, owner):
    """Step | None: prose does not run, and in courses of ours demonstrations do not either."""
    if cell.cell_type != "code" or not cell.source.strip():
        return None
    if not grade_id(cell):
        return None if master.sealed else Step(f"cell-{place}", GIVEN, owner, cell.source)
    role = ANSWER if utils.is_solution(cell) else TESTS if is_tests(cell) else GIVEN
    return Step(grade_id(cell), role, owner, cell.source)


def _sections(master):
    """list[range]: for each exercise the positions from the last tests before it to its first tests."""
    sections, start = [], -1
    for exercise in master.exercises:
        sections.append(range(start, master.positions[exercise.tests[0]]))
        start = master.positions[exercise.tests[-1]]
    return sections


def _is_in(extra, section):
    """bool: whether the cells around an extra cell leave open that it belongs to a section."""
    return extra.after < section.stop and extra.before > section.start


def _is_extra(cell):
    return "extra" in cell.metadata.get("webcourse", {})


def _extra_cell(name, extra):
    make = getattr(nbformat.v4, f"new_{extra.kind}_cell")
    cell = make(extra.source, id=name)
    cell.metadata["webcourse"] = {"extra": True}
    return cell
