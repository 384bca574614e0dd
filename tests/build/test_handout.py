"""The student's repository holds what students need, and no solution."""

import shutil

import pytest

from tests.environments import ROOT
from webcourse.build.handout import FILES, HandoutError, handout


@pytest.fixture
def course(tmp_path):
    course = tmp_path / "course"
    for name in [*FILES, "Makefile", "docs/handout_readme.md"]:
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, course / name)
    for name, text in [("notebooks/1.ipynb", "{}"), ("webcourse/__init__.py", "")]:
        (course / name).parent.mkdir()
        (course / name).write_text(text)
    (course / "lessons").mkdir()
    (course / "lessons" / "1.md").write_text("### BEGIN SOLUTION")
    return course


def test_a_handout_has_the_notebooks_the_package_and_a_readme(course, tmp_path):
    target = tmp_path / "handout"
    files = {str(path) for path in handout(course, target)}
    assert files == {*FILES, "Makefile", "README.md", "notebooks/1.ipynb", "webcourse/__init__.py"}
    assert "make lab" in (target / "README.md").read_text()


def test_its_makefile_opens_the_course_and_does_nothing_else(course, tmp_path):
    handout(course, tmp_path / "handout")
    makefile = (tmp_path / "handout" / "Makefile").read_text()
    assert "\nlab: .venv/ready" in makefile and "\n.venv/ready:" in makefile
    assert "webcourse grade" not in makefile and "pytest" not in makefile


def test_a_notebook_with_a_solution_is_refused(course, tmp_path):
    (course / "notebooks" / "2.ipynb").write_text("### BEGIN SOLUTION")
    with pytest.raises(HandoutError, match=r"2\.ipynb holds a solution: run `make build`"):
        handout(course, tmp_path / "handout")
    assert not (tmp_path / "handout").exists()


def test_a_folder_with_files_is_left_alone(course, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("mine")
    with pytest.raises(HandoutError, match="not empty"):
        handout(course, tmp_path / "kept")


def test_outside_the_course_it_says_so(tmp_path):
    with pytest.raises(HandoutError, match="is missing: run this in the course's folder"):
        handout(tmp_path, tmp_path / "handout")
