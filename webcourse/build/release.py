"""nbgrader's own release of an assignment, made in a folder of its own, without a gradebook."""

import logging
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from .lesson import LessonError
from .solutions import HIDDEN, MARKS, SOLUTION, STUB, blocks, holds


def generate(source_folder):
    """Release an assignment as `nbgrader generate_assignment` does.

    Args:
        source_folder (Path): `source/<assignment>/`: notebooks, and the files that they need.

    Returns:
        dict[str, NotebookNode]: the released notebooks by file name, without solutions and hidden
        tests; the same for the same source.

    Raises:
        LessonError: when nbgrader refuses a notebook.
    """
    source_folder = Path(source_folder)
    with tempfile.TemporaryDirectory(prefix="webcourse-release-") as course:
        shutil.copytree(source_folder, Path(course, "source", source_folder.name))
        complaint = _run_nbgrader(course, source_folder.name)
        if complaint:
            raise LessonError(
                source_folder,
                1,
                f"nbgrader refuses to release it ({complaint})",
                "correct the lesson and build again",
            )
        released = sorted(Path(course, "release", source_folder.name).glob("*.ipynb"))
        return {path.name: nbformat.read(path, as_version=4) for path in released}


def leaks(released, lesson):
    """Yield a LessonError for each cell of a released notebook that shows what it should not."""
    secrets = [
        block
        for cell in lesson.cells
        for block in blocks(cell.source, SOLUTION) + blocks(cell.source, HIDDEN)
    ]
    for cell, told in zip(released.cells, lesson.cells, strict=True):
        if MARKS.search(cell.source) or any(holds(cell.source, secret) for secret in secrets):
            yield lesson.error(
                told.fence, "the release would show a solution or a hidden check", "leave it out here"
            )
        if told.role == "exercise" and STUB not in cell.source:
            yield lesson.error(
                told.fence,
                f"the release of '{told.name}' has no stub",
                "put the solution between its markers",
            )


def configuration(course):
    """nbgrader's settings for a release in the folder *course*; no file adds to them."""
    config = Config()
    config.CourseDirectory.root = str(course)
    config.ClearSolutions.code_stub = {"python": STUB}
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.preprocessors = [
        step for step in GenerateAssignment.preprocessors.default() if step is not SaveCells
    ]
    return config


def _run_nbgrader(course, assignment):
    """Release *assignment* in *course*; return what nbgrader has against it, or ""."""
    config, log = configuration(course), _ErrorLog()
    converter = GenerateAssignment(
        coursedir=CourseDirectory(config=config, assignment_id=assignment), config=config, log=log.logger
    )
    try:
        converter.start()
    except NbGraderException:
        return log.reason()
    return ""


class _ErrorLog(logging.Handler):
    """Keeps nbgrader's errors instead of printing them."""

    def __init__(self):
        super().__init__(level=logging.ERROR)
        self.messages = []
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record):
        self.messages.append(record.getMessage())

    def reason(self):
        """The last line of the first traceback: the error itself."""
        tracebacks = [message for message in self.messages if message.startswith("Traceback")]
        return (tracebacks or self.messages)[0].strip().rpartition("\n")[2]
