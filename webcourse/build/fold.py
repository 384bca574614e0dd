"""`webcourse fold`: a notebook edited in JupyterLab becomes the lesson again."""

from pathlib import Path

import nbformat

from .lesson import LessonError
from .source import collapse


def fold(path):
    """Write the lesson that belongs to a source notebook, `source/<assignment>/<name>.ipynb`.

    Args:
        path (str | Path): the notebook.

    Returns:
        Path: the lesson file, `lessons/<name>.md`.

    Raises:
        LessonError: when it is no source notebook of this course, or holds a cell that fits no role.
    """
    path = Path(path)
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as mistake:
        reason = str(mistake).partition("\n")[0]
        raise LessonError(
            path, 1, f"no notebook can be read ({reason})", "name a notebook in source/"
        ) from None
    lessons = path.absolute().parent.parent.parent / "lessons"
    if "webcourse" not in notebook.metadata or not lessons.is_dir():
        raise LessonError(
            path, 1, "this is not a source notebook of a lesson", "fold source/<assignment>/<name>.ipynb"
        )
    if any("checksum" in cell.metadata.get("nbgrader", {}) for cell in notebook.cells):
        raise LessonError(
            path, 1, "this is a released notebook, without its solutions", "fold the one in source/"
        )
    text = collapse(notebook, path)
    lesson = lessons / f"{path.stem}.md"
    lesson.write_text(text, encoding="utf-8", newline="\n")
    return lesson
