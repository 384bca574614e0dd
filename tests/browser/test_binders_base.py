"""The same look and the same answers in the JupyterLab that Binder's base image brings."""

from contextlib import closing

import nbformat
import pytest

from tests.binder.base import binders_python

from .conftest import WINDOW
from .lessons import small_lesson
from .page import NotebookPage, errors, shown
from .server import jupyter_lab


@pytest.fixture(scope="module")
def opened(browser, screenshots, tmp_path_factory):
    folder = tmp_path_factory.mktemp("binder")
    (folder / "work").mkdir()
    nbformat.write(small_lesson().notebook, folder / "work" / "on_binder.ipynb")
    with jupyter_lab(folder, binders_python()) as address:
        with closing(browser.new_page(viewport=WINDOW, locale="en-US")) as page:
            page.goto(address)
            notebook = NotebookPage(page, "on_binder.ipynb", screenshots)
            notebook.run_all()
            yield notebook


def test_it_is_the_version_of_binder(opened):
    assert opened.page.evaluate("() => window.jupyterapp.version").startswith("4.4.")


def test_run_all_reaches_the_end(opened):
    cells = [cell for cell in opened.cells() if cell["kind"] == "code"]
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))


def test_locked_cells_look_locked(opened):
    own, own_mark = opened.look("double")
    color, mark = opened.look("double-basics")
    opened.screenshot("1-locked")
    assert color != own
    assert (mark, own_mark) == ('"locked"', "none")


def test_a_right_answer_turns_its_checks_green(opened):
    opened.type_over("double", small_lesson().solutions["double"])
    assert not errors(opened.run("double"))
    assert "2 of 2 points" in shown(opened.run("double-basics"))
    chart = opened.index("double-details") + 1
    assert not errors(opened.run(chart))
    assert opened.show(chart).locator("img").get_attribute("alt").startswith("The double grows")
    opened.screenshot("2-green")
