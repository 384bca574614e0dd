"""The instructor's notebook: the only place from which anything but an answer comes."""

import copy
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import SchemaTooOldError, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IgnorePattern,
    InstantiateTests,
    LockCells,
)

from .course import CourseError
from .seal import is_ours


@dataclass
class Exercise:
    """Answer cells and the tests cells that follow them."""

    slug: str  # grade_id of the last answer cell, or of the first tests cell where there is no answer
    title: str  # of the section
    answers: list = field(default_factory=list)  # grade_ids
    tests: list = field(default_factory=list)  # grade_ids


@dataclass
class Master:
    """What a notebook is graded with.

    Attributes:
        assignment (str), name (str): of the notebook, without suffix.
        notebook (NotebookNode): as nbgrader keeps it for grading: starters in place of solutions,
            hidden tests in place, checksums set. Never changed: take a copy.
        references (dict[str, str]): the solved answer cells, by grade_id.
        released (dict[str, list[int]]): positions of cells by their source as students got it.
        exercises (list[Exercise])
        points (dict[str, float]): of each tests cell, by grade_id.
        sealed (bool): all checks are ours, with `see`: what they expect never enters a room, and
            cells without a grade_id are demonstrations, which do not run.
        files (dict[str, bytes]): what lies beside the notebook, by relative path.
        open_files (dict[str, bytes]): the same of those that a student may change and has to hand in
            (nbgrader's `Autograde.exclude_overwriting`).
        ignored (str): pattern of what on stderr is no failure (nbgrader's `IgnorePattern`), or "".
        digest (str): changes when anything of this does.
    """

    assignment: str
    name: str
    notebook: object
    references: dict
    released: dict
    exercises: list
    points: dict
    sealed: bool
    files: dict
    open_files: dict
    ignored: str
    digest: str

    @cached_property
    def beside(self):
        """dict[str, bytes]: all that lies beside the instructor's notebook, by relative path."""
        return {**self.files, **self.open_files}

    @cached_property
    def positions(self):
        """dict[str, int]: position of a cell by its grade_id."""
        return {grade_id(cell): i for i, cell in enumerate(self.notebook.cells) if grade_id(cell)}

    def source(self, name):
        """str: of the cell with a grade_id."""
        return self.notebook.cells[self.positions[name]].source

    @cached_property
    def starters(self):
        """dict[str, str]: the unsolved answer cells, by grade_id."""
        return {grade_id(cell): cell.source for cell in self.notebook.cells if utils.is_solution(cell)}

    @cached_property
    def checks(self):
        """set[str]: tests cells with `see`, by grade_id."""
        cells = ((grade_id(cell), cell.source) for cell in self.notebook.cells if is_tests(cell))
        return {name for name, source in cells if is_ours(source)}

    @cached_property
    def by_hand(self):
        """set[str]: cells that a person grades, by grade_id."""
        return {
            grade_id(cell)
            for cell in self.notebook.cells
            if utils.is_grade(cell) and grade_id(cell) not in self.points
        }


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
        _forget_marks_without_effect(notebook)
        released = copy.deepcopy(notebook)
        _preprocess(released, [ClearHiddenTests], config)
    except (OSError, ValueError, RuntimeError, KeyError, ValidationError, SchemaTooOldError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CourseError(
            f"{path} cannot be used ({reason}): mend it, `nbgrader validate` says more"
        ) from error
    _refuse_other_languages(path, notebook)
    _refuse_unfinished_tests(path, notebook, config)
    tests = [cell for cell in notebook.cells if is_tests(cell)]
    all_ours = bool(tests) and all(is_ours(cell.source) for cell in tests)
    points = {
        grade_id(cell): float(cell.metadata.nbgrader.points) for cell in notebook.cells if is_tests(cell)
    }
    files = {} if all_ours else _files_beside(path, config)
    left_open = _left_open(assignment, config)
    ignore = IgnorePattern(config=config)
    ignored = ignore.pattern if ignore.enabled else ""
    master = Master(
        assignment=assignment,
        name=path.stem,
        notebook=notebook,
        references={grade_id(cell): cell.source for cell in solved.cells if utils.is_solution(cell)},
        released=_positions_by_source(released),
        exercises=_exercises(notebook),
        points=points,
        sealed=all_ours,
        files={name: data for name, data in files.items() if name not in left_open},
        open_files={name: data for name, data in files.items() if name in left_open},
        ignored=ignored,
        digest=_digest(text + ignored + json.dumps(sorted(left_open)), notebook, files),
    )
    if not master.points and not master.by_hand:
        raise CourseError(f"{path} holds no cell with points: run `make build`, or look at its metadata")
    return master


def _refuse_other_languages(path, notebook):
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        raise CourseError(
            f"{path} is written in {language}, and only Python is graded here: use `nbgrader autograde`"
        )


def _refuse_unfinished_tests(path, notebook, config):
    """Tests cells whose tests nbgrader has yet to write would pass with any answer."""
    writer = InstantiateTests(config=config)
    for cell in filter(is_tests, notebook.cells):
        for mark in writer.autotest_delimiter, writer.hashed_delimiter:
            if mark in cell.source:
                raise CourseError(
                    f"{path} leaves tests for nbgrader to write ({mark} in {grade_id(cell)}): put the "
                    "notebook that `nbgrader generate_assignment` makes of it in its place"
                )


def _left_open(assignment, config):
    """set[str]: the files of an assignment that students may change, by nbgrader_config.py."""
    excluded = config.Autograde.get("exclude_overwriting", {}) if "Autograde" in config else {}
    return {os.path.normpath(name) for name in dict(excluded).get(assignment, [])}


def _files_beside(path, config):
    """dict[str, bytes]: the files that nbgrader copies along with a notebook."""
    ignored = CourseDirectory(config=config).ignore + ["*.ipynb"]
    found = {}
    for name in utils.find_all_files(str(path.parent), ignored):
        found[os.path.relpath(name, path.parent)] = Path(name).read_bytes()
    return found


def _digest(text, notebook, files):
    digest = hashlib.sha256((text + json.dumps(notebook)).encode())
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _preprocess(notebook, preprocessors, config):
    """Change *notebook* as nbgrader's generate_assignment does."""
    for preprocessor in preprocessors:
        preprocessor(config=config).preprocess(notebook, {})


def _positions_by_source(released):
    positions = {}
    for position, cell in enumerate(released.cells):
        positions.setdefault(cell.source.strip(), []).append(position)
    return positions


def _forget_marks_without_effect(notebook):
    """Cells that are neither locked nor answers nor graded belong to the student, whatever their names."""
    for cell in notebook.cells:
        roles = utils.is_locked, utils.is_grade, utils.is_solution, utils.is_task
        if "nbgrader" in cell.metadata and not any(role(cell) for role in roles):
            del cell.metadata["nbgrader"]


def _exercises(notebook):
    """The answer cells that have tests; tests belong to the answers since the tests before."""
    exercises, title, answers = [], "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not grade_id(cell):
            headings = re.findall(r"^#{1,2} +(.+?)\s*$", cell.source, re.MULTILINE)
            title = headings[-1] if headings else title
        elif is_tests(cell):
            if answers or not exercises:
                slug = answers[-1] if answers else grade_id(cell)
                exercises.append(Exercise(slug, title, answers))
                answers = []
            exercises[-1].tests.append(grade_id(cell))
        elif utils.is_solution(cell) and grade_id(cell) and not utils.is_grade(cell):
            answers.append(grade_id(cell))
    return exercises
