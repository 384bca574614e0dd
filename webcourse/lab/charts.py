"""Charts with one look: direct labels, axes from zero, and words for those who cannot see them.

Each function returns a matplotlib Figure that is displayed once, as the last expression of its
cell. JupyterLab knows no alternative text for a PNG output, so a chart is displayed as an HTML
`<img alt="…">` with its data in a table that opens below it. Beside it lie a PNG with the
metadata `alt`, for viewers that read it, and plain text, for those that show nothing else.
"""

import base64
import contextlib
import functools
import html
import io
import itertools
import math
import numbers
import textwrap

WIDTH, HEIGHT = 6, 2.5  # inches; a chart with many rows or labels grows taller
DPI = 144  # of the PNG, which is shown at two thirds of its size: sharp on any screen
SCALE = 96 / DPI
COLORS_IN_PNG = 128  # more than antialiased lines need, a third of the size
ROW = 0.3  # inches
ROWS_IN_TABLE = 12
LABEL_WIDTH = 22  # characters, after which a label is broken
MOST_LINES = 8
MOST_ROWS = 30
SMALL = 8.5  # points

# Okabe and Ito's colors, which the color-blind can tell apart, without the yellow; each comes
# with a line style of its own.
LOOKS = [
    ("#0072B2", "-"),
    ("#D55E00", "--"),
    ("#009E73", "-."),
    ("#AA4488", (0, (5, 1, 1, 1, 1, 1))),
    ("#000000", ":"),
    ("#56B4E9", (0, (8, 2))),
    ("#E69F00", (0, (3, 1, 1, 1))),
    ("#777777", (0, (1, 1))),
]
BLUE, ORANGE = LOOKS[0][0], LOOKS[1][0]
DARK, LIGHT = "#222222", "#DDDDDD"

STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
    "font.size": SMALL + 0.5,
    "text.color": DARK,
    "axes.labelcolor": DARK,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": SMALL + 0.5,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "lines.linewidth": 2,
    "lines.markersize": 4,
    "grid.color": LIGHT,
    "grid.linewidth": 0.6,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
}


# ------------------------------------------------------------------ the four kinds


def lines(series, *, x, y, alt, steps=False):
    """Lines with their labels at their ends.

    Args:
        series (dict): label -> `(xs, ys)`, one to eight of them.
        x (str): what the horizontal axis counts, with its unit.
        y (str): what the vertical axis counts, with its unit.
        alt (str): one sentence that says what the chart shows.
        steps (bool): draw quantities that jump, and stay until the next point.

    Returns:
        matplotlib.figure.Figure
    """
    _expect_words("lines", x=x, y=y, alt=alt)
    series = _series(series)
    header, rows = _lines_table(series, x, y)
    labels = {label: _broken(label) for label in series}
    tall = 0.7 + 0.16 * sum(text.count("\n") + 1 for text in labels.values())
    with _drawing(alt, header, rows, height=max(HEIGHT, tall)) as (figure, axes):
        ends = []
        for (label, (xs, ys)), (color, style) in zip(series.items(), LOOKS):
            axes.plot(
                xs, ys,
                color=color, linestyle=style, clip_on=False,
                marker="o" if len(xs) <= ROWS_IN_TABLE and not steps else "",
                drawstyle="steps-post" if steps else "default",
            )
            ends.append((xs[-1], ys[-1], labels[label], color))
        all_x = [value for xs, _ in series.values() for value in xs]
        all_y = [value for _, ys in series.values() for value in ys]
        axes.set_xlim(*_limits(all_x, 1))
        axes.set_ylim(*_limits(all_y, 1.05))
        _set_ticks(axes.xaxis, all_x)
        _set_ticks(axes.yaxis, all_y)
        axes.grid(axis="y")
        axes.set_xlabel(x)
        axes.set_title(y)
        _label_the_ends(figure, axes, ends)
    return figure


def bars(values, *, x, alt):
    """Horizontal bars, one a label, with their values.

    Args:
        values (dict): label -> number, not below zero.
        x (str): what the bars count, with its unit.
        alt (str): one sentence that says what the chart shows.

    Returns:
        matplotlib.figure.Figure
    """
    _expect_words("bars", x=x, alt=alt)
    if not isinstance(values, dict) or not values:
        raise TypeError("bars() draws a dict such as {'cold': 12, 'warm': 3}; give it one")
    labels = [str(label) for label in values]
    _expect_rows("bars", labels)
    numbers_ = _numbers("bars", values.values(), "the values")
    if min(numbers_) < 0:
        raise ValueError(f"bars() starts at zero and cannot show {min(numbers_)}; use lines()")
    rows = [[label, _written(value)] for label, value in zip(labels, numbers_)]
    with _drawing(alt, ["", x], rows, height=0.75 + ROW * len(rows)) as (figure, axes):
        axes.barh(range(len(rows)), numbers_, height=0.65, color=BLUE)
        for row, value in enumerate(numbers_):
            axes.annotate(
                _written(value), (value, row), (4, 0), textcoords="offset points",
                va="center", size=SMALL, annotation_clip=False,
            )
        axes.set_xlim(0, max(numbers_) or 1)
        _name_the_rows(axes, labels)
        _set_ticks(axes.xaxis, numbers_)
        axes.set_xlabel(x)
    return figure


def spans(spans, *, x, alt):
    """A waterfall: for each row, from the top, bars from a start to an end.

    Args:
        spans (list): of `(row, start, end)`; rows may repeat.
        x (str): what the axis counts, with its unit.
        alt (str): one sentence that says what the chart shows.

    Returns:
        matplotlib.figure.Figure
    """
    _expect_words("spans", x=x, alt=alt)
    spans = list(spans)
    if not spans or any(not isinstance(s, (tuple, list)) or len(s) != 3 for s in spans):
        raise TypeError("spans() draws a list of (row, start, end); give it at least one")
    starts = _numbers("spans", [start for _, start, _ in spans], "the starts")
    ends = _numbers("spans", [end for _, _, end in spans], "the ends")
    names = [str(row) for row, _, _ in spans]
    for name, start, end in zip(names, starts, ends):
        if end < start:
            raise ValueError(f"spans(): {name!r} ends at {end}, before its start at {start}; swap them")
    labels = list(dict.fromkeys(names))
    _expect_rows("spans", labels)
    rows = [[n, _written(s), _written(e)] for n, s, e in zip(names, starts, ends)]
    header = ["", "start", f"end ({x})"]
    with _drawing(alt, header, rows, height=0.75 + ROW * len(labels)) as (figure, axes):
        places = [labels.index(name) for name in names]
        lengths = [end - start for start, end in zip(starts, ends)]
        axes.barh(places, lengths, left=starts, height=0.65, color=BLUE, edgecolor="white")
        for place, start, length in zip(places, starts, lengths):
            if not length:  # a moment: a bar without length would be invisible
                axes.vlines(start, place - 0.33, place + 0.33, color=BLUE)
        axes.set_xlim(*_limits(starts + ends, 1.02))
        _name_the_rows(axes, labels)
        _set_ticks(axes.xaxis, starts + ends)
        axes.grid(axis="x")
        axes.set_xlabel(x)
    return figure


def distribution(values, *, x, alt, marks=None):
    """A histogram, with some values marked.

    Args:
        values (iterable): of numbers.
        x (str): what they count, with its unit.
        alt (str): one sentence that says what the chart shows.
        marks (dict): label -> value, such as `{"p99": 120}`.

    Returns:
        matplotlib.figure.Figure
    """
    _expect_words("distribution", x=x, alt=alt)
    values = _numbers("distribution", values, "the values")
    if not isinstance(marks or {}, dict):
        raise TypeError("distribution(): marks= is a dict such as {'p99': 120}; give it one")
    marks = marks or {}
    marked = _numbers("distribution", marks.values(), "the marks") if marks else []
    edges, counts, shift = _bins(values)
    rows = _bins_table(edges, counts, shift, max(4, ROWS_IN_TABLE - len(marks)))
    rows += [[f"{label} at {_written(value)}", ""] for label, value in zip(marks, marked)]
    with _drawing(alt, [x, "how many"], rows, height=HEIGHT) as (figure, axes):
        axes.stairs(counts, [edge - shift for edge in edges], fill=True, color="#7FB8D9")
        axes.set_xlim(*_limits([edge - shift for edge in edges] + marked, 1))
        axes.set_ylim(0, max(counts) * 1.05)
        _set_ticks(axes.xaxis, values + marked)
        _set_ticks(axes.yaxis, counts)
        axes.set_xlabel(x)
        axes.set_ylabel("how many")
        _mark_from_above(figure, axes, [
            (value, f"{label} {_written(value)}") for label, value in zip(marks, marked)
        ])
    return figure


# ------------------------------------------------------------------ what a chart is


@functools.cache
def _chart_class():
    # Not at the top: when matplotlib builds its font cache, its import starts a thread and a process.
    from matplotlib.figure import Figure

    class Chart(Figure):
        """A Figure that displays itself with words."""

        alt = ""
        header, rows = (), ()

        def _ipython_display_(self):
            """Used instead of the formats that importing pyplot registers for all figures."""
            from IPython.display import display

            data, metadata = self._repr_mimebundle_()
            display(data, metadata=metadata, raw=True)

        def _repr_mimebundle_(self, include=None, exclude=None):
            png = base64.b64encode(self._png()).decode()
            width, height = (round(96 * inches) for inches in self.get_size_inches())
            size = {"width": width, "height": height}
            data = {
                "text/html": self._html(png, **size),
                "image/png": png,
                "text/plain": repr(self),
            }
            return data, {"image/png": {"alt": self.alt} | size}

        def __repr__(self):
            return f"{self.alt}\n\n{_text_table(self.header, self.rows)}"

        def _png(self):
            from PIL import Image

            buffer = io.BytesIO()
            with _our_style():
                self.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
            image = Image.open(buffer).convert("RGB").quantize(COLORS_IN_PNG, dither=Image.Dither.NONE)
            buffer = io.BytesIO()
            image.save(buffer, "PNG", optimize=True, dpi=(DPI, DPI))
            return buffer.getvalue()

        def _html(self, png, width, height):
            return (
                f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
                f'src="data:image/png;base64,{png}">\n'
                f"<details><summary>The data as a table</summary>\n"
                f"{_html_table(self.header, self.rows)}\n</details>"
            )

    return Chart


def _our_style():
    """The course's look and nothing of what `rcParams` holds otherwise."""
    from matplotlib import style

    return style.context(["default", STYLE])


@contextlib.contextmanager
def _drawing(alt, header, rows, height):
    """A Figure and its axes, to be drawn in the block; then its layout is fixed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _our_style():
        figure = _chart_class()(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.05)  # inches
        figure.alt, figure.header = alt, header
        figure.rows = _thinned(rows)
        axes = figure.add_subplot()
        yield figure, axes
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


# ------------------------------------------------------------------ labels


def _label_the_ends(figure, axes, ends):
    """Write each line's label to the right of the axes, at the height of its end if there is room.

    Args:
        ends (list): of `(x, y, text, color)`.
    """
    texts = [
        axes.annotate(
            text, (x, y), (1, 0), xycoords="data", textcoords="axes fraction",
            va="center", color=_darker(color), size=SMALL, annotation_clip=False,
        )
        for x, y, text, color in ends
    ]
    for text in texts:  # their width makes the room at the right
        text.set_position((1.02, 0.5))
    figure.draw_without_rendering()
    box = axes.get_window_extent()
    tips = [axes.transData.transform((x, y)) for x, y, _, _ in ends]
    heights = [text.get_window_extent().height for text in texts]
    centers = _apart([tip[1] for tip in tips], heights, box.y0, box.y1)
    point = figure.dpi / 72
    for text, tip, center, (*_, color) in zip(texts, tips, centers, ends):
        gap = box.x1 - tip[0] + 8 * point
        text.set_position((1 + 8 * point / box.width, (center - box.y0) / box.height))
        if abs(center - tip[1]) > 4 * point or gap > 12 * point:
            _lead(axes, text, color)


def _lead(axes, text, color):
    """A thin line from a label to what it names."""
    axes.annotate(
        "", text.xy, text.get_position(), xycoords=text.xycoords, textcoords="axes fraction",
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-", "linewidth": 0.7, "color": color, "shrinkA": 0, "shrinkB": 2,
            "relpos": (0, 0.5),
        },
    )


def _apart(wanted, heights, bottom, top):
    """Centers near the *wanted* ones, at which texts of these *heights* do not overlap."""
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n], -n))
    gaps = [(heights[a] + heights[b]) / 2 + 1 for a, b in itertools.pairwise(order)]
    up = [wanted[n] for n in order]
    for n, gap in enumerate(gaps):
        up[n + 1] = max(up[n + 1], up[n] + gap)
    down = [wanted[n] for n in order]
    for n, gap in reversed(list(enumerate(gaps))):
        down[n] = min(down[n], down[n + 1] - gap)
    centers = [(a + b) / 2 for a, b in zip(up, down)]
    floor = bottom
    for n, gap in enumerate([0, *gaps]):
        floor += gap
        centers[n] = max(centers[n], floor)
    ceiling = top
    for n, gap in reversed(list(enumerate([*gaps, 0]))):
        ceiling -= gap
        centers[n] = min(centers[n], ceiling)
    return [center for _, center in sorted(zip(order, centers))]


def _mark_from_above(figure, axes, marks):
    """Mark values with vertical lines and write their labels above the axes, in levels.

    Args:
        marks (list): of `(x, text)`.
    """
    if not marks:
        return
    point = figure.dpi / 72
    line_height = 1.35 * SMALL
    across = axes.get_xaxis_transform()
    texts = []
    for value, text in sorted(marks):
        axes.axvline(value, color=ORANGE, linewidth=1.2)
        texts.append(axes.annotate(
            text, (value, 1), (0, 4), xycoords=across, textcoords="offset points",
            ha="center", color=_darker(ORANGE), size=SMALL, annotation_clip=False,
        ))
    figure.draw_without_rendering()
    box = axes.get_window_extent()
    ends = []  # of the last text in each level
    for text in texts:
        extent = text.get_window_extent()
        shift = max(0, box.x0 - extent.x0) - max(0, extent.x1 - box.x1)
        left, right = extent.x0 + shift, extent.x1 + shift
        level = next((n for n, end in enumerate(ends) if end + 6 * point < left), len(ends))
        ends[level:level + 1] = [right]
        text.set_position((shift / point, 4 + level * line_height))
        if level:
            axes.plot(
                [text.xy[0]] * 2, [1, 1 + (2 + level * line_height) * point / box.height],
                transform=across, color=ORANGE, linewidth=0.7, clip_on=False, scalex=False, scaley=False,
            )


def _name_the_rows(axes, labels):
    axes.set_yticks(range(len(labels)), [_broken(label) for label in labels])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.45, -0.55)  # the first row on top


def _set_ticks(axis, values):
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    whole = all(isinstance(value, numbers.Integral) for value in values)
    axis.set_major_locator(MaxNLocator(nbins=6, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def _broken(label):
    return "\n".join(textwrap.wrap(str(label), LABEL_WIDTH)) or " "


def _darker(color):
    """*color* as text can have it on white: contrast 4.5 or more."""
    from matplotlib.colors import to_rgb

    return tuple(0.68 * part for part in to_rgb(color))


def _limits(values, margin):
    """From zero, or from the least value below it, to a bit beyond the greatest."""
    low, high = min(0, *values, 0), max(0, *values, 0)
    if low == high:
        return 0, 1
    return low * margin, high * margin


# ------------------------------------------------------------------ the numbers


def _bins(values):
    """Edges and counts of a histogram, and by how much whole numbers' bins are shifted to the left
    so that each stands above its number."""
    import numpy

    whole = all(isinstance(value, numbers.Integral) for value in values)
    least, most = min(values), max(values)
    if whole:
        width = max(1, math.ceil((most - least + 1) / 30))
        edges = list(range(least, most + width + 1, width))
        if edges[-2] > most:
            edges.pop()
    else:
        count = min(40, len(numpy.histogram_bin_edges(values, "auto")) - 1)
        edges = numpy.linspace(least, most if most > least else least + 1, count + 1).tolist()
    counts, _ = numpy.histogram(values, edges if not whole else [edge - 0.5 for edge in edges])
    return edges, counts.tolist(), 0.5 if whole else 0


def _bins_table(edges, counts, whole, most):
    """At most so many rows for the bins, neighbors taken together."""
    together = math.ceil(len(counts) / most)
    rows = []
    for start in range(0, len(counts), together):
        end = min(start + together, len(counts))
        low, high = edges[start], edges[end] - (1 if whole else 0)
        name = _written(low) if low == high else f"{_written(low)} to {_written(high)}"
        rows.append([name, _written(sum(counts[start:end]))])
    return rows


def _lines_table(series, x, y):
    columns = [xs for xs, _ in series.values()]
    if all(list(xs) == list(columns[0]) for xs in columns):
        names = list(series) if len(series) > 1 else [f"{label} ({y})" for label in series]
        rows = zip(columns[0], *(ys for _, ys in series.values()))
        return [x, *names], [[_written(value) for value in row] for row in rows]
    share = max(2, ROWS_IN_TABLE // len(series))
    rows = []
    for label, (xs, ys) in series.items():
        points = [[label, _written(a), _written(b)] for a, b in zip(xs, ys)]
        rows += _thinned(points, share)
    return ["", x, y], rows


def _thinned(rows, most=ROWS_IN_TABLE):
    """At most so many of *rows*, evenly spread, with the first and the last."""
    if len(rows) <= most:
        return rows
    return [rows[round(n * (len(rows) - 1) / (most - 1))] for n in range(most)]


def _written(value):
    """A number as a reader wants it: `1,234`, `0.123`, `1.2e-06`."""
    if isinstance(value, numbers.Integral):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


# ------------------------------------------------------------------ the words


def _text_table(header, rows):
    columns = list(zip(header, *rows))
    widths = [max(map(len, column)) for column in columns]
    written = []
    for row in [header, *rows]:
        cells = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths))
        ]
        written.append("  ".join(cells).rstrip())
    return "\n".join(written)


def _html_table(header, rows):
    def line(cells, tag):
        tags = [tag if cell else "td" for cell in cells]  # no empty headings
        return "<tr>" + "".join(f"<{t}>{html.escape(c)}</{t}>" for t, c in zip(tags, cells)) + "</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    return f"<table>\n<thead>{line(header, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


# ------------------------------------------------------------------ wrong use


def _expect_words(function, **words):
    for name, text in words.items():
        if not isinstance(text, str) or not text.strip():
            use = "one sentence that says what the chart shows" if name == "alt" else "an axis label"
            raise TypeError(f"{function}(): {name}= is {text!r}; give it {use}")


def _series(series):
    if not isinstance(series, dict) or not series:
        raise TypeError("lines() draws a dict such as {'serial': ([1, 2], [10, 20])}; give it one")
    if len(series) > MOST_LINES:
        raise ValueError(f"lines() shows at most {MOST_LINES} lines, not {len(series)}; draw two charts")
    checked = {}
    for label, pair in series.items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"lines(): {label!r} is no pair (xs, ys); give it one")
        xs, ys = (_numbers("lines", part, f"the points of {label!r}") for part in pair)
        if len(xs) != len(ys):
            raise ValueError(
                f"lines(): {label!r} has {len(xs)} x values and {len(ys)} y values; "
                f"give it as many of each"
            )
        checked[str(label)] = (xs, ys)
    return checked


def _numbers(function, values, what):
    """*values* as a list of finite ints and floats."""
    try:
        values = list(values)
    except TypeError:
        raise TypeError(f"{function}(): {what} are {values!r}; give a list of numbers") from None
    if not values:
        raise ValueError(f"{function}(): {what} are empty; give at least one number")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
            raise TypeError(f"{function}(): {what} hold {value!r}; give finite numbers")
    return [int(v) if isinstance(v, numbers.Integral) else float(v) for v in values]


def _expect_rows(function, labels):
    if len(labels) > MOST_ROWS:
        raise ValueError(f"{function}() shows at most {MOST_ROWS} rows, not {len(labels)}; show fewer")
