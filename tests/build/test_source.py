"""Source notebooks: built from a lesson, folded back into it."""

import copy
import json

import nbformat
import pytest

from webcourse.build import source
from webcourse.build.fold import fold
from webcourse.build.lesson import LessonError, parse
from webcourse.build.solutions import holds, starter, visible

from .conftest import LESSON


def cell_of(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.id == cell_id)


# ------------------------------------------------------------------ build


def test_roles_become_nbgrader_metadata(solved):
    assert cell_of(solved, "setup").metadata == {
        "nbgrader": {
            "grade": False, "solution": False, "locked": True, "grade_id": "setup",
            "schema_version": 3, "task": False,
        }
    }  # fmt: skip
    assert cell_of(solved, "status-line").metadata.nbgrader.solution
    tests = cell_of(solved, "status-line-basics").metadata
    assert (tests.nbgrader.grade, tests.nbgrader.locked, tests.nbgrader.points) == (True, True, 2)
    assert tests.tags == ["raises-exception"]
    demonstration = cell_of(solved, "status-line_3").metadata
    assert demonstration == {"tags": ["raises-exception"]}  # Run All on a blank notebook goes on
    assert cell_of(solved, "status-line-details_3").metadata == {"tags": ["real-time", "raises-exception"]}


def test_cells_have_stable_ids(solved):
    assert [cell.id for cell in solved.cells] == [
        "start_1", "setup", "setup_1", "setup_2", "setup_3", "setup_4", "status-samples",
        "status-samples_1", "status-line", "status-line_1", "status-line_2", "status-line_3",
        "status-line-basics", "status-line-details", "status-line-details_1",
        "status-line-details_2", "status-line-details_3", "status-line-details_4",
    ]  # fmt: skip


def test_two_builds_are_byte_identical_and_valid(lesson, solved):
    text = source.text_of(source.build(lesson))
    assert text == source.text_of(solved)
    nbformat.validate(nbformat.reads(text, as_version=4))


def test_the_notebook_knows_its_kernel_and_language(solved):
    assert solved.metadata.kernelspec.name == "python3"
    assert {"codemirror_mode", "version", "pygments_lexer"} <= solved.metadata.language_info.keys()


# ------------------------------------------------------------------ fold


def test_collapse_undoes_build(solved):
    assert source.collapse(solved, "x.ipynb") == LESSON.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [
    "words\n",
    "words\n\n\nmore words\n\n\n## heading\n",
    "words\n\n```python\ncode\n```\n\n```python\nmore\n```\n",
    '````python given="x"\nx = """\n```\n"""\n````\n',
    '```python answer="essay" points=4\n"..."\n```\n',
    '```python given="x" tags=["one", "zwei ✓"]\nx\n\n\ny\n```\n',
    "<details>\n<summary>more</summary>\n\n~~~python\nx\n~~~\n\n</details>\n\n\nwords\n",
    "---\n## 1.1 · A: b\n\nwords\n\n---\n\n| a |\n|:--|\n| b |\n",
    "---\ntitle: 'A: b'\nassignment: a-b\n---\n\n```python\n%%ipytest\nx\n```\n",
])  # fmt: skip
def test_a_canonical_text_survives(text):
    notebook = source.build(parse(text, "x.md"))
    reopened = nbformat.reads(source.text_of(notebook), as_version=4)
    assert source.collapse(reopened, "x.ipynb") == text


def test_what_jupyterlab_leaves_behind_is_left_out(solved):
    edited = copy.deepcopy(solved)
    edited.cells.append(nbformat.v4.new_code_cell(""))
    edited.cells.insert(1, nbformat.v4.new_markdown_cell("\n"))
    for cell in edited.cells:
        cell.metadata.update(editable=False, collapsed=True, slideshow={"slide_type": ""})
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", text="out")]
    unlocked = nbformat.v4.new_code_cell("x = 1")
    unlocked.metadata.nbgrader = {"grade": False, "solution": False, "locked": False, "grade_id": "y"}
    edited.cells.append(unlocked)
    assert source.collapse(edited, "x.ipynb") == (
        LESSON.read_text(encoding="utf-8") + "\n```python\nx = 1\n```\n"
    )


def graded(**flags):
    """A code cell with nbgrader's flags."""
    none = {"grade": False, "solution": False, "locked": False, "task": False, "grade_id": "x"}
    return nbformat.v4.new_code_cell("x", metadata={"nbgrader": none | flags})


@pytest.mark.parametrize("cell, says", [
    (nbformat.v4.new_raw_cell("x"), "a raw cell fits no role; make it plain Markdown, or a code cell"),
    (nbformat.v4.new_markdown_cell("x", metadata={"nbgrader": {"locked": True}}),
     "a markdown cell fits no role; make it plain Markdown, or a code cell"),
    (graded(solution=True, locked=True),
     "nbgrader's flags (solution, locked) fit no role; "
     "choose another type for it in the panel Create Assignment"),
    (graded(task=True),
     "nbgrader's flags (task) fit no role; choose another type for it in the panel Create Assignment"),
    (graded(locked=True, grade_id="cell-A1"),
     "'cell-A1' names no cell; use small letters, digits and single dashes"),
    (graded(locked=True, grade=True),
     "the tests cell 'x' has no points; add points=… with a whole number"),
    (nbformat.v4.new_markdown_cell("```python\nx\n```"),
     "a fence in the prose would be read back as a cell; show code in a ~~~python fence"),
])  # fmt: skip
def test_a_cell_that_no_lesson_can_hold_is_refused_in_one_line(solved, cell, says):
    edited = copy.deepcopy(solved)
    edited.cells.append(cell)
    with pytest.raises(LessonError) as refusal:
        source.collapse(edited, "x.ipynb")
    assert str(refusal.value) == f"x.ipynb:cell {len(edited.cells)}: {says}"


def test_code_that_would_be_read_back_differently_is_refused(solved):
    edited = copy.deepcopy(solved)
    edited.cells[0].source += "\n\n```python\nshown\n```"
    with pytest.raises(LessonError, match="x.ipynb:cell 2: this cell, or the prose before it, would be"):
        source.collapse(edited, "x.ipynb")


def test_fold_writes_the_lesson(course, solved):
    folder = course / "source" / "status-lines"
    folder.mkdir(parents=True)
    edited = copy.deepcopy(solved)
    edited.cells[0].source += "\n\nAnd more."
    (folder / "1_status_lines.ipynb").write_text(source.text_of(edited), encoding="utf-8")
    written = fold(folder / "1_status_lines.ipynb")
    assert written == course / "lessons" / "1_status_lines.md"
    assert written.read_text(encoding="utf-8") == LESSON.read_text(encoding="utf-8").replace(
        "and nothing else.\n", "and nothing else.\n\nAnd more.\n"
    )


@pytest.mark.parametrize("content, says", [
    (None, "no notebook can be read"),
    ("no JSON", "no notebook can be read"),
    (json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
     "is not a source notebook"),
])  # fmt: skip
def test_fold_refuses_what_is_no_source_notebook(course, content, says):
    path = course / "source" / "status-lines" / "x.ipynb"
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_text(content)
    with pytest.raises(LessonError, match=says) as refusal:
        fold(path)
    assert "\n" not in str(refusal.value)


def test_fold_refuses_a_release(course, released):
    path = course / "release" / "status-lines" / "1_status_lines.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(source.text_of(released), encoding="utf-8")
    with pytest.raises(LessonError, match="without its solutions; fold the one in source/"):
        fold(path)
    assert (course / "lessons" / LESSON.name).read_bytes() == LESSON.read_bytes()


# ------------------------------------------------------------------ solutions


def test_a_starter_keeps_the_indentation_of_each_solution():
    text = (
        "def f():\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION\n\n"
        "x = 1\n### BEGIN SOLUTION\n2\n### END SOLUTION"
    )
    stub = "raise NotImplementedError  # your code here"
    assert starter(text) == f"def f():\n    {stub}\n\nx = 1\n{stub}"


def test_hidden_checks_are_taken_out():
    assert visible("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc") == "a\nc"


def test_a_block_is_found_at_any_indentation_but_only_whole():
    assert holds("x\n  a = 1\n\n  b = 2\n", "a = 1\nb = 2\n")
    assert not holds("a = 1\nc = 3\nb = 2", "a = 1\nb = 2")
    assert not holds("aa = 12", "a = 1")
