"""Puts a student's answers into a fresh copy of the master.

Everything but the answers and the extra cells is the instructor's, so edited tests, deleted cells,
tags and metadata have no effect.
"""

import copy
from dataclasses import dataclass

import nbformat
from nbgrader import utils

from .master import grade_id, is_tests

GIVEN, ANSWER, TESTS, EXTRA = "given", "answer", "tests", "extra"  # roles of cells that run


@dataclass
class Step:
    """A cell that runs."""

    name: str  # grade_id, or extra-1, extra-2, …
    role: str
    exercise: str  # slug of the exercise in whose section it stands, "" for none
    source: str


@dataclass
class Plan:
    """A submission ready to run.

    Attributes:
        notebook (NotebookNode): the master with the student's answers, without outputs.
        steps (list[Step]): what runs, in order.
        blank (set[str]): slugs of exercises without an answer.
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


def transplant(master, answers, extras=()):
    """The master with *answers* in place.

    A starter that was left untouched does not run where a cell of the student's own may hold the
    answer: it would replace it.

    Args:
        master (Master)
        answers (dict[str, str]): source by grade_id; what is missing stays the starter.
        extras (Iterable[Extra]): code cells of the student's own.

    Returns:
        Plan
    """
    starters = master.starters
    blank = {name for name in starters if answers.get(name, "").strip() in ("", starters[name].strip())}
    elsewhere, extras_after = set(), {}
    for extra in extras:
        slugs = [
            e.slug
            for e, section in zip(master.exercises, _sections(master), strict=True)
            if _is_in(extra, section)
        ]
        elsewhere.update(slug for slug in slugs if slug in blank)
        extras_after.setdefault(extra.after, []).append((slugs[0] if slugs else "", extra.source))
    notebook = copy.deepcopy(master.notebook)
    owners = {name: e.slug for e in master.exercises for name in [e.slug, *e.tests]}
    cells, steps, positions = [], [], {}

    def add(cell, step):
        if step and step.name not in elsewhere:
            positions[step.name] = len(cells)
            steps.append(step)
        cells.append(cell)

    for place, cell in enumerate([None, *notebook.cells], -1):
        if cell:
            if grade_id(cell) in starters and grade_id(cell) not in blank:
                cell.source = answers[grade_id(cell)]
            add(cell, _step(cell, owners.get(grade_id(cell), "")))
        for slug, source in extras_after.get(place, []):
            name = f"extra-{1 + sum(step.role == EXTRA for step in steps)}"
            add(_extra_cell(name, source), Step(name, EXTRA, slug, source))
    notebook.cells = cells
    return Plan(notebook, steps, blank - elsewhere, positions)


def _step(cell, owner):
    """Step | None: demonstrations and prose do not run."""
    if cell.cell_type != "code" or not grade_id(cell):
        return None
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


def _extra_cell(name, source):
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata["webcourse"] = {"extra": True}
    return cell
