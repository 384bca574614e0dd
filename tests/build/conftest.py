"""A small lesson, built once."""

from pathlib import Path

import pytest

from webcourse.build import edition, release, source
from webcourse.build.lesson import read

LESSON = Path(__file__).parent / "lessons" / "1_status_lines.md"


@pytest.fixture(scope="session")
def lesson():
    """The lesson of these tests: one exercise, in the style of the course."""
    return read(LESSON)


@pytest.fixture(scope="session")
def solved(lesson):
    """Its source notebook."""
    return source.build(lesson)


@pytest.fixture(scope="session")
def released(solved, tmp_path_factory):
    """nbgrader's release of it."""
    folder = tmp_path_factory.mktemp("course") / "status-lines"
    folder.mkdir()
    (folder / "1_status_lines.ipynb").write_text(source.text_of(solved), encoding="utf-8")
    return release.generate(folder)["1_status_lines.ipynb"]


@pytest.fixture(scope="session")
def executed(solved, lesson):
    """The source notebook with its outputs."""
    return edition.execute(solved, lesson)


@pytest.fixture
def course(tmp_path):
    """A folder with the lesson in it, and nothing built."""
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / LESSON.name).write_bytes(LESSON.read_bytes())
    return tmp_path
