"""The whole pipeline, and the commands."""

import argparse
import json
import shutil

import nbformat
import pytest

from webcourse.build import add_commands, edition, source
from webcourse.build import course as pipeline
from webcourse.build.lesson import read

from .conftest import LESSON

BUILT = {
    "notebooks/1_status_lines.ipynb",
    "release/status-lines/1_status_lines.ipynb",
    "source/status-lines/1_status_lines.ipynb",
    "webcourse/lab/outline.json",
}


class Said(list):
    """Collects what a build says."""

    __call__ = list.append


@pytest.fixture
def quick(monkeypatch, executed):
    """Builds take the outputs of an earlier run instead of running the notebook."""
    monkeypatch.setattr(edition, "execute", lambda notebook, lesson, on_cell: executed)


@pytest.fixture
def built(course, quick):
    """A course that is built."""
    assert pipeline.build(root=course, say=Said()) == 0
    return course


def check(root):
    """The exit code of `build --check`, and what it says about files."""
    said = Said()
    code = pipeline.build(root=root, check=True, say=said)
    return code, said[1:]


def files(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} - {
        "lessons/1_status_lines.md"
    }


def test_a_build_writes_everything_once(course, quick):
    said = Said()
    assert pipeline.build(root=course, say=said) == 0
    assert files(course) == BUILT
    assert said[0] == f"{course}/lessons/1_status_lines.md: 1 exercises, 18 cells"
    assert sorted(said[1:]) == sorted(f"writing {path}" for path in BUILT)
    assert check(course) == (0, ["every generated file is up to date"])


def test_the_real_thing_runs_the_notebook(course):
    said = Said()
    assert pipeline.build(root=course, say=said) == 0
    assert said[1] == "  running status-line"
    student = nbformat.read(course / "notebooks" / "1_status_lines.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in student.cells)
    nbformat.validate(student)


def test_the_outline_is_what_the_progress_table_reads(built):
    assert json.loads((built / "webcourse/lab/outline.json").read_text(encoding="utf-8")) == {
        "status-lines": {
            "title": "Status lines",
            "exercises": [{
                "number": "1.1", "title": "The status line: how did it go", "slug": "status-line",
                "difficulty": "Easy", "points": 3,
                "cells": {"status-line-basics": 2, "status-line-details": 1},
            }],
        }
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(BUILT))
def test_check_names_each_stale_or_missing_file(built, path):
    whole = (built / path).read_text(encoding="utf-8")
    (built / path).write_text(whole.replace("tatus", "tate", 1), encoding="utf-8")
    assert check(built) == (1, [f"{path} is stale: run `make build`"])
    (built / path).unlink()
    assert check(built) == (1, [f"{path} is stale: run `make build`"])
    assert not (built / path).exists()


def test_check_is_blind_for_real_timings_only(built):
    path = built / "notebooks" / "1_status_lines.ipynb"
    notebook = nbformat.read(path, as_version=4)
    outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.get("outputs")}
    outputs["status-line-details_3"][0].data["text/plain"] = "1.5"
    path.write_text(source.text_of(notebook), encoding="utf-8")
    assert check(built) == (0, ["every generated file is up to date"])
    outputs["status-samples"][0].data["text/plain"] = "1.5"
    path.write_text(source.text_of(notebook), encoding="utf-8")
    assert check(built) == (
        1,
        ["notebooks/1_status_lines.ipynb is stale: run `make build` "
         f"(another output in {built}/lessons/1_status_lines.md: line 41)"],
    )  # fmt: skip
    path.write_text("no notebook")
    assert check(built) == (1, ["notebooks/1_status_lines.ipynb is stale: run `make build`"])


@pytest.mark.parametrize("before, after, stale", [
    ("Date: Sat, 21 Nov 2026 13:16:46 GMT", "Date: Sun, 22 Nov 2026 09:00:01 GMT", False),
    ("req-5b50725c05d44774b92b0f817f42e912", "req-c9f0984f032a40b38ac5add59652f0da", False),
    ("0b0e1bd3-9d0a-4b63-8a5c-6d5f2b3a1c77", "f3f0b3b2-1c1e-4b8e-9a77-0a1b2c3d4e5f", False),
    ("http://127.0.0.1:37951/", "http://127.0.0.1:40022/", False),
    ("Age: 1", "Age: 2", True),
])  # fmt: skip
def test_dates_and_random_ids_may_differ_between_builds(tmp_path, before, after, stale):
    def notebook(text):
        output = nbformat.v4.new_output("stream", text=text)
        cell = nbformat.v4.new_code_cell("x", id="x", outputs=[output])
        return source.text_of(nbformat.v4.new_notebook(cells=[cell])).encode()

    path = tmp_path / "x.ipynb"
    path.write_bytes(notebook(before))
    assert pipeline.is_stale(path, notebook(after)) is stale


def test_files_beside_the_notebook_are_released_too(built):
    (built / "source/status-lines/lines.txt").write_text("HTTP/1.1 200 OK")
    assert check(built) == (1, ["release/status-lines/lines.txt is stale: run `make build`"])
    pipeline.build(root=built, say=Said())
    assert (built / "release/status-lines/lines.txt").read_text() == "HTTP/1.1 200 OK"


def refused(root, lessons=()):
    """What a build says that must fail before anything is written."""
    before, said = files(root), Said()
    assert pipeline.build(lessons, root, say=said) == 1
    assert files(root) == before
    return said


def test_all_mistakes_of_all_lessons_are_told_and_nothing_is_written(course, quick):
    text = LESSON.read_text(encoding="utf-8")
    other = course / "lessons" / "2_more.md"
    other.write_text(
        text.replace("people.", "people!").replace("3 points", "4 points"), encoding="utf-8"
    )
    assert refused(course) == [
        f"{other}:26: Easy with 4 points; write 3 points",
        f"{other}:36: an exclamation mark; end with a period",
    ]


def test_lessons_that_cannot_be_read_are_told(course):
    (course / "lessons" / "2_a.md").write_text("```python x\n```")
    (course / "lessons" / "3_b.md").write_bytes(b"\xff")
    assert [line.partition(": ")[0] for line in refused(course)] == [
        f"{course}/lessons/2_a.md:1", f"{course}/lessons/3_b.md:1",
    ]  # fmt: skip


def test_a_fragment_a_stray_and_a_solution_beside_it_are_refused(built):
    fragment = built / "fragment.md"
    fragment.write_text("words\n")
    assert refused(built, [fragment]) == [
        f"{fragment}:1: the lesson has no front matter; begin it with title and assignment"
    ]
    shutil.copy(built / "notebooks/1_status_lines.ipynb", built / "notebooks/old.ipynb")
    (built / "source/status-lines/answers.py").write_text("### BEGIN SOLUTION\n")
    assert refused(built) == [
        f"{built}/source/status-lines/answers.py:1: nbgrader would hand out this file, "
        "which holds a solution; keep it elsewhere",
        f"{built}/notebooks/old.ipynb:1: no lesson makes this notebook; delete it",
    ]


def test_a_folder_without_lessons_is_no_course(tmp_path):
    assert refused(tmp_path) == [
        f"{tmp_path}/lessons:1: there is no lesson; run this in the folder of the course"
    ]


def test_a_failing_cell_stops_the_build(course):
    path = course / "lessons" / LESSON.name
    path.write_text(
        LESSON.read_text(encoding="utf-8").replace('split(" ", 2)', 'split(" ", 1)'), encoding="utf-8"
    )
    said = refused(course)
    assert [line for line in said if "fails with" in line][0] == (
        f"{path}:99: this cell fails with ValueError: not enough values to unpack (expected 3, got 2); "
        "correct it, or the cells that it builds on"
    )


# ------------------------------------------------------------------ commands


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    options = parser.parse_args(list(map(str, arguments)))
    return options.run(options)


def test_the_command_build(course, quick, capsys):
    assert run("build", "--course", course) == 0
    assert run("build", "--check", "--course", course, course / "lessons" / LESSON.name) == 0
    assert capsys.readouterr().out.endswith("every generated file is up to date\n")
    (course / "notebooks/1_status_lines.ipynb").unlink()
    assert run("build", "--check", "--course", course) == 1


def test_the_command_fold(built, capsys):
    path = built / "lessons" / LESSON.name
    path.unlink()
    assert run("fold", built / "source/status-lines/1_status_lines.ipynb") == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    assert read(path) == read(LESSON).__class__(**{**vars(read(LESSON)), "path": str(path)})
    assert run("fold", built / "release/status-lines/1_status_lines.ipynb") == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_the_commands_explain_themselves(capsys):
    for command in ("build", "fold"):
        with pytest.raises(SystemExit) as end:
            run(command, "--help")
        assert end.value.code == 0
    assert "exit codes" in capsys.readouterr().out
