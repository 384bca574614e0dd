"""Sliders: there in an open notebook, and never in what a builder stores."""

import importlib.util
import subprocess
import sys

import pytest

from tests.lab.running import run_cells, shown
from webcourse import lab
from webcourse.lab import charts, controls

WIDGET = "application/vnd.jupyter.widget-view+json"
CHART = ["image/png", "text/html", "text/plain"]
DRAW = """
def draw_rate(rate=2):
    if rate == 4:
        raise ValueError("no such rate")
    line = {"tokens": ([0, 1], [0, rate])}
    return lab.charts.lines(line, x="s", y="n", alt=f"{rate} tokens a second.")

def draw_speed(speed=2):
    return draw_rate(speed)

def draw_nothing(speed=4):
    return draw_rate(speed)
"""
MOVE = """
import gc
import ipywidgets
for widget in gc.get_objects():
    if type(widget) is ipywidgets.SelectionSlider:
        widget.value = {"rate": 1, "speed": 4}[widget.description]
"""
CELLS = {
    "draw": DRAW,
    "built": "lab.sliders(draw_rate, rate=[1, 2, 4])",
    "failing": "lab.sliders(draw_nothing, speed=[1, 2, 4])",
    "open": f"import os\nos.environ[{controls.OPEN_NOTEBOOK!r}] = 'lesson.ipynb'",
    "moved": "lab.sliders(draw_rate, rate=[1, 2, 4])",
    "moved too far": "lab.sliders(draw_speed, speed=[1, 2, 4])",
    "move": MOVE,
    "hide": "import sys\nsys.modules['ipywidgets'] = None",
    "without ipywidgets": "lab.sliders(draw_rate, rate=[1, 2, 4])",
}


@pytest.fixture(scope="module")
def outputs():
    """The outputs of each cell after all of them have run in one kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(controls.OPEN_NOTEBOOK, raising=False)
        return dict(zip(CELLS, run_cells(*CELLS.values()), strict=True))


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """These tests may themselves run in an open notebook."""
    monkeypatch.delenv(controls.OPEN_NOTEBOOK, raising=False)


def draw(rate=2, capacity=5):
    return charts.bars({"rate": rate, "capacity": capacity}, x="n", alt=f"{rate} and {capacity}.")


def kinds(outputs):
    return [sorted(output.data) for output in outputs]


def test_without_a_page_it_is_the_chart():
    chart = lab.sliders(draw, rate=[1, 2], capacity=range(1, 9))
    assert chart.alt == "2 and 5."


def test_without_ipywidgets_it_is_the_chart(monkeypatch):
    monkeypatch.setenv(controls.OPEN_NOTEBOOK, "lesson.ipynb")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert lab.sliders(draw, rate=[1, 2]).alt == "2 and 5."


def test_where_ipywidgets_cannot_be_imported_the_cell_shows_the_chart(outputs):
    assert kinds(outputs["without ipywidgets"]) == [CHART]


def test_the_kit_does_not_import_ipywidgets():
    code = "import sys\nfrom webcourse import lab\nprint('ipywidgets' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_builder_stores_the_picture_with_its_table(outputs):
    assert kinds(outputs["built"]) == [CHART]
    assert 'alt="2 tokens a second."' in outputs["built"][0].data["text/html"]
    assert "<table>" in outputs["built"][0].data["text/html"]


def test_in_an_open_notebook_the_sliders_redraw_the_chart(outputs):
    sliders, chart = outputs["moved"]
    assert WIDGET in sliders.data
    assert sorted(chart.data) == CHART  # no widget in it: it stays when the page is closed
    assert 'alt="1 tokens a second."' in chart.data["text/html"]
    assert not outputs["move"]


def test_an_error_while_redrawing_is_shown_in_place_of_the_chart(outputs):
    _, chart = outputs["moved too far"]
    assert chart.data == {"text/plain": "ValueError: no such rate"}


def test_an_error_in_the_first_chart_is_an_error_of_the_cell(outputs):
    assert outputs["failing"][-1].output_type == "error"
    assert "no such rate" in shown(outputs["failing"])


@pytest.mark.parametrize(
    "choices, error",
    [
        ({"speed": [1]}, "sliders(): draw() has no speed= with a default; give it one"),
        ({"rate": [1, 3]}, "sliders(): rate=2 is not among [1, 3]; add it"),
    ],
)
def test_wrong_use_says_what_to_do(choices, error):
    with pytest.raises((TypeError, ValueError)) as raised:
        lab.sliders(draw, **choices)
    assert str(raised.value) == error


def test_an_argument_without_a_default_cannot_slide():
    def draw_any(rate):
        return draw(rate)

    with pytest.raises(TypeError, match="no rate= with a default"):
        lab.sliders(draw_any, rate=[1, 2])
