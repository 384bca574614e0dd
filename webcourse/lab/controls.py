"""Charts with sliders, where a page can move them; elsewhere the chart alone.

    def bucket_chart(capacity=5, rate=2.0):
        return lab.charts.lines(...)

    lab.sliders(bucket_chart, capacity=range(1, 11), rate=[0.5, 1.0, 2.0, 4.0])

The chart is an output like any other, which the sliders replace. So what a notebook stores is
always the picture with its table, and never a widget alone.
"""

import importlib.util
import inspect
import os

# jupyter-server sets it for the kernel of an open notebook, nbclient (which builds, validates and
# grades) does not. Only a page can move a slider.
OPEN_NOTEBOOK = "JPY_SESSION_NAME"


def sliders(draw, **choices):
    """The chart of `draw()`, with a slider for each keyword where there can be one.

    Args:
        draw (callable): returns a chart; each of its arguments has a default, where the slider starts.
        **choices (iterable): argument of *draw* -> the values it may have, the default among them.

    Returns:
        matplotlib.figure.Figure | None: the chart, for the end of its cell; None where it is
            displayed already, below its sliders.
    """
    values = _checked(draw, choices)
    chart = draw()
    if not _can_slide():
        return chart
    _display_with_sliders(draw, chart, values)


def _can_slide():
    """Whether the notebook is open in a page, and ipywidgets is there."""
    return OPEN_NOTEBOOK in os.environ and importlib.util.find_spec("ipywidgets") is not None


def _checked(draw, choices):
    """Each argument's `(default, values)`.

    Raises:
        TypeError: for an argument that *draw* does not have, or that has no default.
        ValueError: when the default is not among the values.
    """
    parameters = inspect.signature(draw).parameters
    checked = {}
    for name, choice in choices.items():
        default = parameters[name].default if name in parameters else inspect.Parameter.empty
        if default is inspect.Parameter.empty:
            raise TypeError(f"sliders(): {draw.__name__}() has no {name}= with a default; give it one")
        values = list(choice)
        if default not in values:
            raise ValueError(f"sliders(): {name}={default!r} is not among {values}; add it")
        checked[name] = default, values
    return checked


def _display_with_sliders(draw, chart, choices):
    import ipywidgets
    from IPython.display import display

    scales = {
        name: ipywidgets.SelectionSlider(
            options=values, value=default, description=name, continuous_update=False
        )
        for name, (default, values) in choices.items()
    }
    display(ipywidgets.VBox(list(scales.values())))
    data, metadata = _bundle(chart)
    shown = display(data, metadata=metadata, raw=True, display_id=True)

    def redraw(change):
        try:
            chart = draw(**{name: scale.value for name, scale in scales.items()})
            data, metadata = _bundle(chart)
        except Exception as error:  # nobody else would show it
            data, metadata = {"text/plain": f"{type(error).__name__}: {error}"}, {}
        shown.update(data, metadata=metadata, raw=True)

    for scale in scales.values():
        scale.observe(redraw, "value")


def _bundle(chart):
    """The data and metadata of a chart, as it displays itself."""
    return chart._repr_mimebundle_()
