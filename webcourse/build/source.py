"""Lessons to nbgrader's source notebooks, and back: `collapse(build(text)) == text`."""

import json
import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .lesson import POINTED_ROLES, Cell, LessonError, parse, read_attributes

# All that JupyterLab would add on opening, so that an untouched notebook does not look edited.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11.7",
    },
}

ROLE_FLAGS = {
    "given": {"grade": False, "solution": False, "locked": True},
    "exercise": {"grade": False, "solution": True, "locked": False},
    "tests": {"grade": True, "solution": False, "locked": True},
    "answer": {"grade": True, "solution": True, "locked": False},
}
MAY_FAIL = ("tests", None)  # checks, and demonstrations, while the answer is still missing
NO_FLAGS = {"grade": False, "solution": False, "locked": False}
GO_ON_AFTER_FAILURE = "raises-exception"  # "Run All" stops at a failing cell that has no such tag


def build(lesson):
    """The source notebook of a lesson: solutions, hidden tests, no outputs.

    Args:
        lesson (Lesson): with front matter.

    Returns:
        NotebookNode: the same for the same lesson, cell ids included.
    """
    notebook = new_notebook(
        cells=[_notebook_cell(cell) for cell in lesson.cells],
        metadata=NOTEBOOK_METADATA
        | {"webcourse": {"assignment": lesson.assignment, "title": lesson.title}},
    )
    for cell, cell_id in zip(notebook.cells, cell_ids(lesson), strict=True):
        cell.id = cell_id
    return notebook


def cell_ids(lesson):
    """Yield an id for each cell: its name, or a number counted from the last named cell.

    Names have no underscore, so the two kinds never meet.
    """
    last, count = "start", 0
    for cell in lesson.cells:
        last, count = (cell.name, 0) if cell.name else (last, count + 1)
        yield cell.name or f"{last}_{count}"


def text_of(notebook):
    """The notebook as the text of a file."""
    return nbformat.writes(notebook) + "\n"


def _notebook_cell(cell):
    """The notebook's cell for a lesson's."""
    if cell.kind == "markdown":
        return new_markdown_cell(cell.source)
    return new_code_cell(cell.source, metadata=_metadata(cell))


def _metadata(cell):
    """Expand the role of a code cell into nbgrader's metadata."""
    metadata = {}
    tags = [*cell.tags, GO_ON_AFTER_FAILURE] if cell.role in MAY_FAIL else list(cell.tags)
    if tags:
        metadata["tags"] = tags
    if cell.role:
        flags = ROLE_FLAGS[cell.role] | {"grade_id": cell.name, "schema_version": 3, "task": False}
        metadata["nbgrader"] = flags | ({"points": cell.points} if cell.role in POINTED_ROLES else {})
    return metadata


def collapse(notebook, path):
    """The text of the lesson that *notebook* was built from, with what was edited since.

    Args:
        notebook (NotebookNode): a source notebook.
        path (str | Path): its file, only named in errors.

    Returns:
        str: the lesson. Metadata other than roles and tags, outputs and empty cells are left out.

    Raises:
        LessonError: for a cell that no lesson can hold; its line is "cell 3", counted from 1.
    """
    cells = [
        _lesson_cell(cell, f"cell {number}", path)
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.source.strip() or "nbgrader" in cell.metadata
    ]
    front = notebook.metadata.get("webcourse", {})
    text = write(front.get("title"), front.get("assignment"), cells)
    _refuse_changed_code(cells, parse(text, path), path)
    return text


def write(title, assignment, cells):
    """The canonical text of a lesson; without a title, of a fragment."""
    pieces = [f"---\ntitle: {title}\nassignment: {assignment}\n---\n\n"] if title else []
    last = None
    for cell in cells:
        if last:
            pieces.append("\n\n" if last.kind == cell.kind == "markdown" else "\n")
        pieces.append((cell.source.strip("\n") if cell.kind == "markdown" else _fenced(cell)) + "\n")
        last = cell
    return "".join(pieces)


def _fenced(cell):
    """A code cell between its fences, which are longer than any row of backticks within."""
    longest = max((len(row) for row in re.findall(r"^`+", cell.source, re.MULTILINE)), default=0)
    marks = "`" * max(3, longest + 1)
    attributes = [f'{cell.role}="{cell.name}"'] if cell.role else []
    attributes += [f"points={cell.points}"] if cell.points else []
    attributes += [f"tags={json.dumps(cell.tags, ensure_ascii=False)}"] if cell.tags else []
    return f"{marks}{' '.join(['python', *attributes])}\n{cell.source}\n{marks}"


def _lesson_cell(found, place, path):
    """The lesson's cell for a notebook's."""
    flags = found.metadata.get("nbgrader")
    if found.cell_type == "raw" or (found.cell_type == "markdown" and flags):
        raise LessonError(
            path,
            place,
            f"a {found.cell_type} cell fits no role",
            "make it plain Markdown, or a code cell",
        )
    if found.cell_type == "markdown":
        return Cell("markdown", found.source, line=place)
    try:
        attributes = read_attributes(_attributes(flags, found.metadata.get("tags", [])))
    except ValueError as mistake:
        raise LessonError(path, place, *mistake.args) from None
    return Cell("code", found.source, line=place, **attributes)


def _attributes(flags, tags):
    """The attributes of the fence line that expand to *flags* and *tags*."""
    attributes = {}
    role = _role(flags) if flags else None
    if role:
        attributes[role] = flags["grade_id"]
    if role in POINTED_ROLES:
        attributes["points"] = flags.get("points")
    if role in MAY_FAIL:
        tags = [tag for tag in tags if tag != GO_ON_AFTER_FAILURE]
    return attributes | ({"tags": tags} if tags else {})


def _role(flags):
    """The role that nbgrader's *flags* stand for, None for none."""
    kind = {name: bool(flags.get(name)) for name in NO_FLAGS}
    if kind == NO_FLAGS and not flags.get("task"):
        return None
    for role, flags_of_role in ROLE_FLAGS.items():
        if kind == flags_of_role and not flags.get("task"):
            return role
    on = ", ".join(name for name in (*NO_FLAGS, "task") if flags.get(name))
    raise ValueError(
        f"nbgrader's flags ({on}) fit no role",
        "choose another type for it in the panel Create Assignment",
    )


def _refuse_changed_code(cells, lesson, path):
    """Refuse cells whose text would be read back as other code."""
    before = [cell for cell in cells if cell.kind == "code"]
    after = [cell for cell in lesson.cells if cell.kind == "code"]
    for old, new in zip(before, after, strict=False):
        if (old.source, old.role, old.name, old.tags) != (new.source, new.role, new.name, new.tags):
            raise LessonError(
                path,
                old.line,
                "this cell, or the prose before it, would be read back as other code",
                "show code in a ~~~python fence",
            )
    if len(before) != len(after):
        raise LessonError(
            path,
            cells[-1].line,
            "a fence in the prose would be read back as a cell",
            "show code in a ~~~python fence",
        )
