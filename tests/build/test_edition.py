"""The student's edition: the release with the expected outputs."""

import re
import subprocess
import sys

import pytest
from nbformat.v4 import new_output

from webcourse.build import edition, source
from webcourse.build.lesson import Mistakes, parse

FRONT = "---\ntitle: A\nassignment: a\n---\n\n"


@pytest.fixture(scope="module")
def student(executed, released, lesson):
    return edition.edition(executed, released, lesson)


def outputs(notebook, cell_id):
    return next(cell.outputs for cell in notebook.cells if cell.id == cell_id)


def executed_text(text):
    """The executed notebook of a lesson's text."""
    lesson = parse(FRONT + text, "x.md")
    return edition.execute(source.build(lesson), lesson)


def test_given_cells_and_demonstrations_show_what_to_expect(student):
    (value,) = outputs(student, "status-samples")
    assert value.data["text/plain"] == "['HTTP/1.1', '200', 'OK']"
    assert outputs(student, "status-line_3")[0].text == "('HTTP/1.1', 404, 'Not Found')\n"
    assert "Eight answers are 200" in str(outputs(student, "status-line-details_2"))


def test_exercises_checks_and_progress_stay_blank(student):
    for cell_id in ("status-line", "status-line-basics", "status-line-details", "setup_2"):
        assert outputs(student, cell_id) == []


def test_a_choice_of_pieces_stays_blank():
    """In the solved notebook every piece is "yours"."""
    cells = '```python given="parts"\nlab.pieces(globals(), {})\n```\n\n```python\nparts\n```\n'
    lesson = parse(FRONT + cells, "x.md")
    solved = source.build(lesson)
    for cell in solved.cells:
        cell.outputs = [new_output("stream", text="Router: yours")]
    choice, demonstration = edition.edition(solved, source.build(lesson), lesson).cells
    assert choice.outputs == []
    assert demonstration.outputs == solved.cells[1].outputs


def test_nothing_tells_when_or_where_it_ran(student):
    text = source.text_of(student)
    assert "<object object at 0x…>" in text
    assert not re.search(r"execution_count\": \d|iopub|ipykernel_\d", text)


def test_it_is_the_release_in_all_else(student, released):
    for cell, original in zip(student.cells, released.cells, strict=True):
        assert (cell.id, cell.source, cell.metadata) == (original.id, original.source, original.metadata)


def test_it_is_the_same_on_every_build_real_time_apart(student, solved, released, lesson):
    again = edition.edition(edition.execute(solved, lesson), released, lesson)
    assert outputs(again, "status-line-details_3") != outputs(student, "status-line-details_3")
    assert edition.comparable(again) == edition.comparable(student)


def test_the_solved_notebook_is_left_as_it_is(solved, executed):
    assert all(not cell.get("outputs") for cell in solved.cells)


def test_streams_are_merged_and_sets_have_an_order():
    (cell,) = executed_text("```python\nprint(1)\nprint(hash('a'))\n```\n").cells
    (stream,) = cell.outputs
    seedless = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"],
        env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert stream.text == f"1\n{seedless.stdout}"


def test_each_failing_demonstration_or_check_is_told_with_its_line():
    with pytest.raises(Mistakes) as refusal:
        executed_text(
            "```python\n1 / 0\n```\n\n"
            '```python tests="a-basics" points=2\n'
            'raise Exception("✗ one rule\\n    rule  it\\n0 of 1")\n```\n\n'
            '```python tags=["meant-to-fail"]\nmeant\n```\n\n'
            '```python given="b"\nraise ValueError("two\\nlines")\n```\n\n'
            "```python\nnever_reached\n```\n"
        )
    assert str(refusal.value).split("\n") == [
        "x.md:6: this cell fails with ZeroDivisionError: division by zero; "
        "correct it, or the cells that it builds on",
        "x.md:10: 'a-basics' fails with Exception: ✗ one rule; "
        "correct it, or the cells that it builds on",
        "x.md:18: 'b' fails with ValueError: lines; correct it, or the cells that it builds on",
    ]


def test_a_cell_that_never_ends_and_a_kernel_that_dies_are_told(monkeypatch):
    monkeypatch.setattr(edition, "CELL_SECONDS", 1)
    for code, problem in [
        ("while True: pass", "runs longer than 1 seconds"),
        ("import os; os._exit(1)", "ends the kernel"),
    ]:
        with pytest.raises(Mistakes) as refusal:
            executed_text(f"```python\n1\n```\n\n```python\n{code}\n```\n")
        assert str(refusal.value) == (
            f"x.md:10: this cell {problem}; correct it, or the cells that it builds on"
        )
