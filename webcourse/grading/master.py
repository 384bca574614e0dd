"""The instructor's notebook: the only place from which anything but an answer comes."""

import copy
import hashlib
import json
import re
from dataclasses import dataclass, field

import nbformat
from nbgrader import utils
from nbgrader.nbgraderformat import SchemaTooOldError, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from .course import CourseError


@dataclass
class Exercise:
    """An answer cell and the tests cells that follow it."""

    slug: str  # grade_id of the answer cell
    title: str  # of the section
    position: int  # of the answer cell in the notebook
    tests: list = field(default_factory=list)  # grade_ids


@dataclass
class Master:
    """What a notebook is graded with.

    Attributes:
        assignment (str), name (str): of the notebook, without suffix.
        notebook (NotebookNode): as nbgrader keeps it for grading: starters in place of solutions,
            hidden tests in place, checksums set. Never changed: take a copy.
        references (dict[str, str]): the solved answer cells, by grade_id.
        released (dict[str, int]): position of a cell by its source as students got it.
        exercises (list[Exercise])
        points (dict[str, float]): of each tests cell, by grade_id.
        digest (str): changes when anything of this does.
    """

    assignment: str
    name: str
    notebook: object
    references: dict
    released: dict
    exercises: list
    points: dict
    digest: str

    @property
    def positions(self):
        """dict[str, int]: position of a cell by its grade_id."""
        return {grade_id(cell): i for i, cell in enumerate(self.notebook.cells) if grade_id(cell)}

    @property
    def starters(self):
        """dict[str, str]: the unsolved answer cells, by grade_id."""
        return {grade_id(cell): cell.source for cell in self.notebook.cells if utils.is_solution(cell)}


def grade_id(cell):
    """str | None: the nbgrader name of a well-formed cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def is_tests(cell):
    """bool: whether the cell holds checks with points (and is no answer that a person grades)."""
    return utils.is_grade(cell) and not utils.is_solution(cell) and cell.cell_type == "code"


def load_master(path, assignment, config):
    """Read the solved notebook of an assignment.

    Args:
        path (Path): the notebook in source/.
        assignment (str): its name.
        config (traitlets.config.Config): for nbgrader's preprocessors.

    Returns:
        Master

    Raises:
        CourseError: if it is no nbgrader notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
        solved = nbformat.reads(text, as_version=4)
        notebook = copy.deepcopy(solved)
        _preprocess(
            notebook,
            [LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums],
            config,
        )
        released = copy.deepcopy(notebook)
        _preprocess(released, [ClearHiddenTests], config)
    except (OSError, ValueError, RuntimeError, KeyError, ValidationError, SchemaTooOldError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CourseError(f"{path} cannot be used ({reason}): run `make build`") from error
    master = Master(
        assignment=assignment,
        name=path.stem,
        notebook=notebook,
        references={grade_id(cell): cell.source for cell in solved.cells if utils.is_solution(cell)},
        released=_positions_by_source(released),
        exercises=_exercises(notebook),
        points={
            grade_id(cell): float(cell.metadata.nbgrader.points)
            for cell in notebook.cells
            if is_tests(cell)
        },
        digest=hashlib.sha256((text + json.dumps(notebook)).encode()).hexdigest(),
    )
    if not master.exercises:
        raise CourseError(f"{path} holds no exercise with tests: run `make build`")
    return master


def _preprocess(notebook, preprocessors, config):
    """Change *notebook* as nbgrader's generate_assignment does."""
    for preprocessor in preprocessors:
        preprocessor(config=config).preprocess(notebook, {})


def _positions_by_source(released):
    positions = {}
    for position, cell in enumerate(released.cells):
        positions.setdefault(cell.source.strip(), position)
    return positions


def _exercises(notebook):
    """The answer cells that have tests; a tests cell belongs to the answer before it."""
    exercises, title = [], ""
    for position, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#{1,2} +(.+?)\s*$", cell.source, re.MULTILINE)
            title = headings[-1] if headings else title
        elif utils.is_solution(cell):
            exercises.append(Exercise(grade_id(cell), title, position))
        elif is_tests(cell) and exercises:
            exercises[-1].tests.append(grade_id(cell))
    return [exercise for exercise in exercises if exercise.tests]
