"""The release is nbgrader's own, the same every time, and shows no solution."""

import copy
import logging
from pathlib import Path

import pytest
from nbgrader.validator import Validator

from webcourse.build import release, source
from webcourse.build.lesson import LessonError
from webcourse.build.solutions import HIDDEN, SOLUTION, STUB, blocks, starter

ROOT = Path(__file__).parents[2]


@pytest.fixture
def assignment(tmp_path, solved):
    """A source folder with the notebook and a file that it needs."""
    folder = tmp_path / "status-lines"
    folder.mkdir()
    (folder / "1_status_lines.ipynb").write_text(source.text_of(solved), encoding="utf-8")
    (folder / "lines.txt").write_text("HTTP/1.1 200 OK")
    return folder


def validated(path, notebook, monkeypatch, **settings):
    """What `nbgrader validate` finds."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path.write_text(source.text_of(notebook), encoding="utf-8")
    validator = Validator(**settings)
    validator.log.setLevel(logging.CRITICAL)
    return validator.validate(str(path))


def test_the_release_holds_no_solution_and_no_hidden_check(lesson, released):
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    for cell in lesson.cells:
        for block in blocks(cell.source, SOLUTION) + blocks(cell.source, HIDDEN):
            assert not any(line.strip() in text for line in block.splitlines() if "return" in line)
    assert list(release.leaks(released, lesson)) == []


def test_the_starter_is_what_nbgrader_makes_of_the_solution(lesson, released):
    (cell,) = [cell for cell in released.cells if cell.id == "status-line"]
    assert cell.source == starter(next(c.source for c in lesson.cells if c.name == "status-line"))
    assert cell.source.endswith(f'    """\n    {STUB}')


def test_nbgrader_on_the_command_line_uses_the_same_stub():
    assert f'c.ClearSolutions.code_stub = {{"python": "{STUB}"}}' in (
        ROOT / "nbgrader_config.py"
    ).read_text(encoding="utf-8")


def test_the_cells_keep_their_ids_and_the_locks_are_on(solved, released):
    assert [cell.id for cell in released.cells] == [cell.id for cell in solved.cells]
    locked = [cell.id for cell in released.cells if cell.metadata.get("editable") is False]
    assert locked == ["setup", "status-samples", "status-line-basics", "status-line-details"]
    assert all(
        "checksum" in cell.metadata.nbgrader for cell in released.cells if "nbgrader" in cell.metadata
    )


def test_two_releases_are_the_same_and_leave_nothing_behind(assignment, released):
    before = sorted(assignment.parent.rglob("*"))
    again = release.generate(assignment)
    assert source.text_of(again["1_status_lines.ipynb"]) == source.text_of(released)
    assert sorted(assignment.parent.rglob("*")) == before


def test_what_nbgrader_refuses_is_told_in_one_line(assignment, solved):
    faulty = copy.deepcopy(solved)
    faulty.cells[-2].source = "### BEGIN SOLUTION"
    (assignment / "1_status_lines.ipynb").write_text(source.text_of(faulty), encoding="utf-8")
    with pytest.raises(LessonError) as refusal:
        release.generate(assignment)
    assert str(refusal.value) == (
        f"{assignment}:1: nbgrader refuses to release it "
        "(RuntimeError: no end solution statement found); "
        "correct the lesson and build again"
    )


def test_a_leak_is_found(lesson, solved, released):
    (whole,) = [error for error in release.leaks(solved, lesson) if "no stub" in str(error)]
    assert whole.line == 58
    leaky = copy.deepcopy(released)
    leaky.cells[
        0
    ].source += '\nversion, code, reason = line.split(" ", 2)\nreturn version, int(code), reason'
    (leak,) = release.leaks(leaky, lesson)
    assert (leak.line, leak.problem) == (6, "the release would show a solution or a hidden check")


def test_nbgrader_validates_the_source(tmp_path, solved, monkeypatch):
    assert validated(tmp_path / "solved.ipynb", solved, monkeypatch) == {}


def test_nbgrader_finds_every_check_failing_in_the_release(tmp_path, released, monkeypatch):
    failed = validated(tmp_path / "blank.ipynb", released, monkeypatch)["failed"]
    assert len(failed) == 2
    assert "passed" not in validated(tmp_path / "blank.ipynb", released, monkeypatch, invert=True)
