"""The points of a notebook, by exercise, from the last run of its checks."""

import html
import json
from dataclasses import dataclass
from pathlib import Path

from . import checks

OUTLINE = Path(__file__).with_name("outline.json")  # written by the builder
EARNED, OPEN = "■", "□"  # one for each point: text, so that it shows in every theme and viewer
HEADER = ["number", "exercise", "points", "earned", "state"]


def progress():
    """The points of the running notebook, as bars and as a table.

    It shows how each tests cell went when it ran last; a cell that never ran earns nothing.

    Returns:
        Progress: displays itself as HTML or text.
    """
    outline = _outline()
    exercises = _exercises(outline)
    if not outline:
        return Progress("No points to show: `webcourse build` has not written the outline.", [])
    if not exercises:
        return Progress("No points to show: lab.setup(...) in the first cell names the lesson.", [])
    rows = [_row(exercise) for exercise in exercises]
    return Progress(_summary(rows), rows)


def is_solved(slug):
    """bool: whether an exercise earned all its points when its checks ran last."""
    cells = _find(slug).get("cells", (f"{slug}-basics", f"{slug}-details"))
    verdicts = [checks.verdicts.get(name) for name in cells]
    return all(verdict is not None and verdict.passed for verdict in verdicts)


def number(slug):
    """str: the number of an exercise, such as "2.3"; "" when there is no outline that knows it."""
    return _find(slug).get("number", "")


def _find(slug):
    """The entry of an exercise in the outline, empty if it has none."""
    exercises = [each for lesson in _outline().values() for each in lesson["exercises"]]
    return next((each for each in exercises if each["slug"] == slug), {})


def _outline():
    try:
        return json.loads(OUTLINE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _exercises(outline):
    """Those of the lesson that `setup` was told, or else that the checks belong to."""
    if checks.assignment in outline:
        return outline[checks.assignment]["exercises"]
    for lesson in outline.values():
        names = {name for exercise in lesson["exercises"] for name in exercise["cells"]}
        if names & checks.verdicts.keys():
            return lesson["exercises"]
    return []


@dataclass
class Row:
    """One exercise."""

    number: str
    title: str
    points: int
    earned: int
    state: str

    def cells(self):
        bar = EARNED * self.earned + OPEN * (self.points - self.earned)
        return [self.number, self.title, bar, f"{self.earned} of {self.points}", self.state]


def _row(exercise):
    verdicts = {name: checks.verdicts.get(name) for name in exercise["cells"]}
    passed = [name for name, verdict in verdicts.items() if verdict and verdict.passed]
    noun = exercise["title"].partition(": ")[0]  # the rest would break the line
    return Row(
        exercise["number"],
        noun,
        sum(exercise["cells"].values()),
        sum(exercise["cells"][name] for name in passed),
        _state(exercise["slug"], verdicts),
    )


def _state(slug, verdicts):
    """`earned`, `not yet run`, `failing`, or which of the cells is what."""
    states = {}
    for name, verdict in verdicts.items():
        state = "not yet run" if verdict is None else "earned" if verdict.passed else "failing"
        states[name.removeprefix(f"{slug}-")] = state
    if len(set(states.values())) == 1:
        return next(iter(states.values()))
    return ", ".join(f"{name} {state}" for name, state in states.items() if state != "earned")


def _summary(rows):
    earned, points = sum(row.earned for row in rows), sum(row.points for row in rows)
    done = sum(row.earned == row.points for row in rows)
    text = f"{earned} of {points} points, {done} of {len(rows)} exercises complete."
    following = next((row for row in rows if row.earned < row.points), None)
    if following:
        text += f" Next: {following.number} {following.title}."
    return text


@dataclass
class Progress:
    """A summary in words, and a row for each exercise."""

    summary: str
    rows: list

    def __repr__(self):
        table = [row.cells() for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table]
        return "\n".join([self.summary, *lines])

    def _repr_html_(self):
        """Plain elements only: nothing that a sanitizer takes away, no colors that a theme hides."""
        summary = f"<p><strong>{html.escape(self.summary)}</strong></p>"
        if not self.rows:
            return summary
        body = "\n".join(_html_row(row.cells(), "td") for row in self.rows)
        return (
            f"{summary}\n<table>\n<thead>{_html_row(HEADER, 'th')}</thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )


def _html_row(cells, tag):
    columns = "".join(f'<{tag} style="text-align: left">{html.escape(c)}</{tag}>' for c in cells)
    return f"<tr>{columns}</tr>"
