"""The progress table: from the outline and the last verdicts."""

import json
import re
import sys
from html import escape

import bleach
import nh3
import pytest

from tests.lab.running import run_cells, shown
from webcourse.lab import checks, progress
from webcourse.lab.checks import Check, Verdict

EXERCISES = [
    ("1.1", "A <minimal> app: no framework", "app", 2, 1),
    ("1.2", "Headers", "headers", 3, 2),
    ("1.3", "Cookies", "cookies", 5, 3),
    ("1.4", "Tags", "tags", 2, 1),
]
OUTLINE = {
    "request-lifecycle": {
        "title": "The request lifecycle",
        "exercises": [
            {
                "number": number, "title": title, "slug": slug, "difficulty": "Easy",
                "points": basics + details,
                "cells": {f"{slug}-basics": basics, f"{slug}-details": details},
            }
            for number, title, slug, basics, details in EXERCISES
        ],
    },
}


def verdict(name, points, passed):
    return Verdict("1.1", name, points, [Check("test_it", "rule", passed=passed)])


@pytest.fixture
def outline(tmp_path, monkeypatch):
    path = tmp_path / "outline.json"
    path.write_text(json.dumps(OUTLINE))
    monkeypatch.setattr(sys.modules["webcourse.lab.progress"], "OUTLINE", path)
    monkeypatch.setattr(checks, "assignment", "request-lifecycle")
    monkeypatch.setattr(checks, "verdicts", {})
    return path


@pytest.fixture
def halfway(outline):
    for name, points, passed in [
        ("app-basics", 2, True), ("app-details", 1, True),
        ("headers-basics", 3, True), ("headers-details", 2, False),
        ("cookies-basics", 5, False), ("cookies-details", 3, False),
        ("of-another-notebook", 9, True),
    ]:
        checks.verdicts[name] = verdict(name, points, passed)
    return progress()


def test_it_counts_points_and_exercises(halfway):
    assert halfway.summary == "6 of 19 points, 1 of 4 exercises complete. Next: 1.2 Headers."


def test_each_exercise_has_its_bar_and_its_state(halfway):
    assert repr(halfway).splitlines()[1:] == [
        "1.1  A <minimal> app  ■■■       3 of 3  earned",
        "1.2  Headers          ■■■□□     3 of 5  details failing",
        "1.3  Cookies          □□□□□□□□  0 of 8  failing",
        "1.4  Tags             □□□       0 of 3  not yet run",
    ]


def test_at_first_nothing_has_run(outline):
    assert progress().summary == "0 of 19 points, 0 of 4 exercises complete. Next: 1.1 A <minimal> app."
    assert {row.state for row in progress().rows} == {"not yet run"}


def test_half_of_an_exercise_may_not_have_run(outline):
    checks.verdicts["app-basics"] = verdict("app-basics", 2, True)
    assert progress().rows[0].state == "details not yet run"


def test_at_the_end_nothing_is_next(outline):
    for exercise in OUTLINE["request-lifecycle"]["exercises"]:
        for name, points in exercise["cells"].items():
            checks.verdicts[name] = verdict(name, points, True)
    assert progress().summary == "19 of 19 points, 4 of 4 exercises complete."


def test_a_changed_verdict_cannot_add_points_to_the_outline(outline):
    checks.verdicts["app-basics"] = verdict("app-basics", 200, True)
    assert progress().rows[0].earned == 2


def test_the_html_says_the_same_as_the_text(halfway):
    html = halfway._repr_html_()
    texts = [re.sub("<[^>]*>", "", cell) for cell in re.findall("<td[^>]*>(.*?)</td>", html)]
    assert texts == [escape(cell) for row in halfway.rows for cell in row.cells()]
    assert "<minimal>" not in html


def test_sanitizers_leave_the_table_as_it_is(halfway):
    html = halfway._repr_html_()
    tags = {"p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert nh3.clean_text(html) != html  # there is something to sanitize
    for cleaned in (
        nh3.clean(html, tags=tags, attributes={}),
        bleach.clean(html, tags=tags, attributes={}),
    ):
        assert re.sub(r' style="[^"]*"', "", html) == cleaned
    for word in ("color", "<script", "class=", "<style"):
        assert word not in html


def test_without_an_outline_it_says_so_in_one_line(outline):
    outline.unlink()
    shown = progress()
    assert "webcourse build" in repr(shown) and "\n" not in repr(shown)
    assert "<table>" not in shown._repr_html_()


def test_an_unknown_assignment_is_said_in_one_line(outline, monkeypatch):
    monkeypatch.setattr(checks, "assignment", "")
    assert "lab.setup" in repr(progress()) and "\n" not in repr(progress())


def test_an_unnamed_lesson_is_known_by_its_checks(outline, monkeypatch):
    monkeypatch.setattr(checks, "assignment", "")
    checks.verdicts["app-basics"] = verdict("app-basics", 2, True)
    assert progress().summary.startswith("2 of 19 points")


def test_it_is_displayed_in_a_notebook():
    (outputs,) = run_cells("lab.progress()")
    assert len(outputs) == 1
    assert {"text/html", "text/plain"} <= set(outputs[0].data)
    assert "points" in shown(outputs)
