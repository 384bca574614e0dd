"""Charts: drawn so that they can be read, by eye and by ear."""

import base64
import io
import itertools
import random
import re
import subprocess
import sys

import matplotlib
import nbconvert
import pytest
from matplotlib.figure import Figure
from nbformat import v4
from PIL import Image

from tests.lab.running import run_cells
from webcourse.lab import charts

SERIES = {
    "one request after the other": (range(11), [n / 10 for n in range(11)]),
    "all at once": (range(11), [0.1] * 11),
}
WORDS = {"x": "requests", "alt": "Serial time grows with each request, concurrent time does not."}


def latencies():
    rng = random.Random(1)
    return [rng.expovariate(1 / 30) for _ in range(500)]


CHARTS = {
    "lines": lambda: charts.lines(SERIES, y="seconds", **WORDS),
    "steps": lambda: charts.lines(SERIES, y="seconds", steps=True, **WORDS),
    "bars": lambda: charts.bars({"cold": 1234, "warm": 3.5, "none": 0}, **WORDS),
    "spans": lambda: charts.spans([("A", 0, 1), ("B", 0.2, 1.4), ("A", 1, 1.8), ("C", 2, 2)], **WORDS),
    "distribution": lambda: charts.distribution(latencies(), marks={"p50": 21, "p99": 138}, **WORDS),
    "counts": lambda: charts.distribution([1, 2, 2, 3, 3, 3, 7], **WORDS),
}


@pytest.fixture(params=CHARTS.values(), ids=CHARTS)
def draw(request):
    return request.param


def bundle(figure):
    return figure._repr_mimebundle_()


def texts(figure):
    """The texts of a figure that are drawn, with the boxes they fill."""
    figure.draw_without_rendering()
    found = figure.findobj(matplotlib.text.Text)
    drawn = [text for text in found if text.get_text().strip() and text.get_visible()]
    limits = [(text, text.get_window_extent()) for text in drawn]
    return [(text, box) for text, box in limits if _is_drawn(text, box)]


def _is_drawn(text, box):
    """Whether *text* is no label of a tick beyond the ends of its axis."""
    axes = text.axes or text.figure.axes[0]
    ticks = axes.get_xticklabels() + axes.get_yticklabels()
    if text not in ticks:
        return True
    area = axes.get_window_extent().padded(1)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return area.x0 <= x <= area.x1 or area.y0 <= y <= area.y1


# ------------------------------------------------------------------ the figure


def test_a_chart_is_a_figure_outside_of_pyplot(draw):
    figure = draw()
    assert isinstance(figure, Figure)
    assert "matplotlib.pyplot" not in sys.modules or not matplotlib.pyplot.get_fignums()


def test_a_chart_is_as_wide_as_a_page_and_not_much_higher_than_needed(draw):
    width, height = draw().get_size_inches()
    assert width == 6
    assert 1 <= height <= 3


def test_two_charts_of_the_same_data_have_the_same_bytes(draw):
    assert bundle(draw()) == bundle(draw())


def test_a_png_says_nothing_of_the_software_and_is_small(draw):
    png = base64.b64decode(bundle(draw())[0]["image/png"])
    assert b"Software" not in png and b"matplotlib" not in png
    assert len(png) < 20_000


def test_the_look_does_not_depend_on_settings(draw):
    expected = bundle(draw())
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.dpi": 30}):
        assert bundle(draw()) == expected


def test_no_text_is_clipped_and_none_overlaps(draw):
    figure = draw()
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for text, box in boxes:
        assert -1 <= box.x0 and box.x1 <= width + 1, text.get_text()
        assert -1 <= box.y0 and box.y1 <= height + 1, text.get_text()
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one.get_text(), other.get_text())


@pytest.mark.parametrize("seed", range(10))
def test_labels_of_any_lines_stay_apart(seed):
    rng = random.Random(seed)
    series = {
        f"line {n} {'word ' * rng.randrange(6)}": ([0, rng.random()], [0, rng.choice([1, 5])])
        for n in range(rng.randint(1, 8))
    }
    test_no_text_is_clipped_and_none_overlaps(lambda: charts.lines(series, y="seconds", **WORDS))


@pytest.mark.parametrize("seed", range(10))
def test_labels_of_any_marks_stay_apart(seed):
    rng = random.Random(seed)
    marks = {f"the mark {n}": rng.choice([0, 20, 25, 150]) for n in range(rng.randint(1, 6))}
    test_no_text_is_clipped_and_none_overlaps(
        lambda: charts.distribution(latencies(), marks=marks, **WORDS)
    )


def test_axes_begin_at_zero(draw):
    axes = draw().axes[0]
    assert axes.get_xlim()[0] == 0
    if draw in (CHARTS["lines"], CHARTS["distribution"]):
        assert axes.get_ylim()[0] == 0


def test_values_below_zero_are_not_cut_off():
    axes = charts.lines({"a": ([0, 1], [-2, 3])}, y="balance", **WORDS).axes[0]
    assert axes.get_ylim()[0] <= -2


def test_what_is_counted_has_integer_ticks():
    axes = charts.lines({"a": ([0, 1, 2], [0, 1, 2])}, y="requests", **WORDS).axes[0]
    assert all(tick == int(tick) for tick in [*axes.get_xticks(), *axes.get_yticks()])


def test_lines_differ_in_color_and_in_style():
    series = {f"line {n}": ([0, 1], [0, n]) for n in range(8)}
    drawn = charts.lines(series, y="s", **WORDS).axes[0].lines
    assert len({line.get_color() for line in drawn}) == 8
    assert len({(line.get_linestyle(), str(line._unscaled_dash_pattern)) for line in drawn}) == 8


def test_the_first_row_is_at_the_top():
    low, high = charts.bars({"first": 1, "second": 2}, **WORDS).axes[0].get_ylim()
    assert low > high


# ------------------------------------------------------------------ words


def test_the_alternative_text_is_where_each_viewer_looks(draw):
    data, metadata = bundle(draw())
    assert f'<img alt="{WORDS["alt"]}"' in data["text/html"]  # JupyterLab
    assert metadata["image/png"]["alt"] == WORDS["alt"]  # nbconvert's classic template, nbsphinx
    assert data["text/plain"].startswith(WORDS["alt"])


def test_the_data_are_there_as_a_short_table(draw):
    data, _ = bundle(draw())
    rows = data["text/plain"].split("\n\n")[1].splitlines()
    assert 2 <= len(rows) <= 13
    assert data["text/html"].count("<tr>") == len(rows)


def test_the_table_holds_the_values():
    assert repr(CHARTS["bars"]()).splitlines()[2:] == [
        "      requests",
        "cold     1,234",
        "warm       3.5",
        "none         0",
    ]
    assert "p99 at 138" in repr(CHARTS["distribution"]())


def test_a_long_table_keeps_the_first_and_the_last_row():
    figure = charts.lines({"a": (range(100), range(100))}, y="s", **WORDS)
    rows = repr(figure).splitlines()[3:]
    assert len(rows) == 12
    assert rows[0].split() == ["0", "0"] and rows[-1].split() == ["99", "99"]


def test_html_in_words_is_escaped():
    figure = charts.bars({"<b>": 1}, x="a & b", alt='It says "<script>".')
    html = bundle(figure)[0]["text/html"]
    assert "<script>" not in html and "<b>" not in html and "&lt;b&gt;" in html


def test_html_pages_made_by_nbconvert_show_the_text():
    data, metadata = bundle(CHARTS["bars"]())
    output = v4.new_output("display_data", data=data, metadata=metadata)
    notebook = v4.new_notebook(cells=[v4.new_code_cell("bars()", outputs=[output])])
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    assert re.findall(r'<img[^>]* alt="([^"]*)"', page) == [WORDS["alt"]]
    page, _ = nbconvert.HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert WORDS["alt"] in page


def test_the_png_is_sharp_on_fine_screens():
    data, metadata = bundle(CHARTS["bars"]())
    width, _ = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size
    assert metadata["image/png"]["width"] == 576
    assert width == 864


# ------------------------------------------------------------------ in a notebook


def test_a_chart_is_displayed_exactly_once():
    draw = 'lab.charts.bars({"a": 1}, x="requests", alt="One bar.")'
    plain, after_pyplot, kept = run_cells(
        draw, f"import matplotlib.pyplot as plt\n{draw}", f"chart = {draw}"
    )
    for outputs in (plain, after_pyplot):
        assert len(outputs) == 1
        assert "text/html" in outputs[0].data
        assert outputs[0].metadata["image/png"]["alt"] == "One bar."
    assert plain[0].data == after_pyplot[0].data
    assert kept == []


def test_importing_the_kit_does_not_import_matplotlib():
    code = "import sys, webcourse.lab.charts; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ------------------------------------------------------------------ wrong use


@pytest.mark.parametrize("wrong, says", [
    (lambda: charts.lines({}, y="s", **WORDS), "draws a dict"),
    (lambda: charts.lines([1, 2], y="s", **WORDS), "draws a dict"),
    (lambda: charts.lines({"a": [1, 2, 3]}, y="s", **WORDS), "no pair"),
    (lambda: charts.lines({"a": ([1, 2], [1])}, y="s", **WORDS), "2 x values and 1 y values"),
    (lambda: charts.lines({"a": ([], [])}, y="s", **WORDS), "are empty"),
    (lambda: charts.lines({str(n): ([1], [1]) for n in range(9)}, y="s", **WORDS), "at most 8"),
    (lambda: charts.bars({"a": "1"}, **WORDS), "finite numbers"),
    (lambda: charts.bars({"a": float("nan")}, **WORDS), "finite numbers"),
    (lambda: charts.bars({"a": -1}, **WORDS), "cannot show -1"),
    (lambda: charts.bars({}, **WORDS), "draws a dict"),
    (lambda: charts.bars({str(n): n for n in range(31)}, **WORDS), "at most 30"),
    (lambda: charts.spans([], **WORDS), "at least one"),
    (lambda: charts.spans([("a", 1)], **WORDS), "row, start, end"),
    (lambda: charts.spans([("a", 2, 1)], **WORDS), "before its start"),
    (lambda: charts.distribution([], **WORDS), "are empty"),
    (lambda: charts.distribution(3, **WORDS), "list of numbers"),
    (lambda: charts.distribution([1], marks=[1], **WORDS), "marks= is a dict"),
    (lambda: charts.bars({"a": 1}, x="s", alt=""), "one sentence"),
    (lambda: charts.bars({"a": 1}, x=None, alt="A bar."), "axis label"),
])
def test_wrong_use_is_named_in_one_line_with_the_cure(wrong, says):
    with pytest.raises((TypeError, ValueError), match=says) as caught:
        wrong()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 130


@pytest.mark.parametrize(
    "values", [[5], [5.0], [0, 0], [0.0], [1e-9, 2e-9], [10**9, 2 * 10**9], [-3, 4]]
)
def test_any_numbers_make_a_chart(values):
    for figure in (
        charts.distribution(values, **WORDS),
        charts.lines({"a": (values, values)}, y="s", **WORDS),
        charts.bars({n: abs(value) for n, value in enumerate(values)}, **WORDS),
        charts.spans([("a", value, value) for value in values], **WORDS),
    ):
        assert bundle(figure)[0]["image/png"]
