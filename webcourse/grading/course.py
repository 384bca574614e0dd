"""The course folder: its assignments, what was submitted, where results go."""

import fnmatch
import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

logging.getLogger("traitlets").setLevel(logging.ERROR)  # nbgrader tells of every attribute it mends


class CourseError(Exception):
    """Grading cannot go on. The message is one line that ends with what to do."""


@dataclass
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    path: Path  # a folder or a file
    notes: list = field(default_factory=list)  # lines, about where it was found
    stray: bool = False  # it lies where no assignment's name says to which one it belongs


class Course:
    """A folder with source/, submitted/ and nbgrader's other steps.

    Attributes:
        root (Path): the folder.
        config (traitlets.config.Config): of nbgrader_config.py, for nbgrader's own classes.
        directory (nbgrader.coursedir.CourseDirectory): knows the names of the steps' folders.
    """

    def __init__(self, root):
        self.root = Path(root).resolve()
        if not self.root.is_dir():
            raise CourseError(f"there is no folder {root}: give the course's with --course")
        _put_interpreter_on_path()
        self.config = _load_config(self.root)
        self.directory = CourseDirectory(config=self.config, root=str(self.root))

    @property
    def submitted(self):
        """Path: the folder with one folder a student."""
        return self.root / self.directory.submitted_directory

    def folder(self, step, student, assignment):
        """Path: where *step*, such as "autograded", keeps a student's assignment."""
        step = getattr(self.directory, f"{step}_directory", step)
        return Path(self.directory.format_path(step, student, assignment))

    def assignments(self):
        """Names of the assignments with a master notebook, sorted."""
        source = self.root / self.directory.source_directory
        return sorted({path.parent.name for path in source.glob("*/*.ipynb")})

    def choose(self, name=None):
        """The assignments to grade: *name*, or all.

        Raises:
            CourseError: if there is none, or *name* is not one.
        """
        known = self.assignments()
        if not known:
            raise CourseError(f"no master notebook in {self.root / 'source'}: run `make build` first")
        if name is None:
            return known
        if name not in known:
            raise CourseError(f"unknown assignment {name!r}: it is one of {', '.join(known)}")
        return [name]

    def master_paths(self, assignment):
        """list[Path]: the notebooks of source/ASSIGNMENT/."""
        return sorted(self.folder("source", ".", assignment).resolve().glob("*.ipynb"))

    def submissions(self, assignments, pattern="*"):
        """What lies in submitted/.

        A submission belongs at submitted/STUDENT/ASSIGNMENT/. A student's folder without any
        assignment's name in it, or a notebook directly in submitted/, is a stray: it is returned
        once for each of *assignments*, and its content tells to which it belongs.

        Args:
            assignments (list[str]): to look for.
            pattern (str): a glob that the student's id matches.

        Returns:
            tuple[list[Submission], list[str]]: the submissions by student, and what was ignored.
        """
        found, ignored = [], []
        known = self.assignments()
        for entry in sorted(self._entries(), key=lambda entry: entry.name):
            path = Path(entry.path)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not (is_folder or entry.is_symlink() or path.suffix == ".ipynb"):
                ignored.append(f"{printable(entry.name)} (a submission is {self._pattern()})")
                continue
            student = printable(path.name if is_folder else path.name.removesuffix(".ipynb"))
            if not fnmatch.fnmatchcase(student, pattern):
                continue
            named = [name for name in known if os.path.lexists(path / name)] if is_folder else []
            if named:
                found += [
                    Submission(student, name, path / name) for name in named if name in assignments
                ]
            else:
                note = f"found at {printable(path.relative_to(self.root))} instead of {self._pattern()}"
                found += [Submission(student, name, path, [note], stray=True) for name in assignments]
        return found, ignored

    def _entries(self):
        if not self.submitted.is_dir():
            return []
        return [entry for entry in os.scandir(self.submitted) if not is_litter(entry.name)]

    def _pattern(self):
        return f"{self.directory.submitted_directory}/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb"

    def has_submissions(self):
        """bool: whether anything but a README lies in submitted/."""
        return bool(self._entries())


def is_litter(name):
    """bool: whether a folder entry was put there by us or by the system, and not by a student."""
    return name.startswith((".", "__")) or name.lower().startswith("readme")


def printable(name):
    """*name* (str or Path) as text that a terminal, a database and a file name can hold."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _load_config(root):
    """traitlets.config.Config of nbgrader_config.py, empty without one.

    Raises:
        CourseError: if it does not run.
    """
    path = root / "nbgrader_config.py"
    if not path.exists():
        return Config()
    try:
        return PyFileConfigLoader(path.name, path=str(root)).load_config()
    except Exception as error:
        raise CourseError(f"{path} stops with {type(error).__name__}: {error}: mend it") from error


def _put_interpreter_on_path():
    """Let nbgrader find `alembic`, which it calls by name, without an activated environment."""
    folder = os.path.dirname(sys.executable)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])
