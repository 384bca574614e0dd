"""A capstone's parts: the student's own, or spare ones."""

import json
import sys

import pytest

from tests.lab.running import run_cells, shown
from webcourse.lab import checks, pieces
from webcourse.lab.checks import Check, Verdict


class SpareRouter:
    pass


class SpareError(Exception):
    pass


class Mine:
    pass


WANTED = {"Router": ("router", SpareRouter)}
OUTLINE = {
    "web-framework": {
        "title": "Building a framework",
        "exercises": [
            {"number": "2.3", "slug": "router", "cells": {"router-basics": 3, "router-details": 2}},
            {"number": "2.9", "slug": "errors", "cells": {"errors-basics": 5, "errors-details": 3}},
        ],
    },
}


@pytest.fixture(autouse=True)
def outline(tmp_path, monkeypatch):
    path = tmp_path / "outline.json"
    path.write_text(json.dumps(OUTLINE))
    monkeypatch.setattr(sys.modules["webcourse.lab.progress"], "OUTLINE", path)
    monkeypatch.setattr(checks, "verdicts", {})
    return path


def has_run(slug, basics=True, details=True):
    for part, passed in (("basics", basics), ("details", details)):
        name = f"{slug}-{part}"
        checks.verdicts[name] = Verdict("2.3", name, 3, [Check("test_it", "rule", passed=passed)])


def test_what_passed_both_cells_is_the_students():
    has_run("router")
    parts = pieces({"Router": Mine}, WANTED)
    assert parts.Router is Mine
    assert repr(parts) == "Router: yours"


@pytest.mark.parametrize("outcomes", [(False, False), (True, False), (False, True)])
def test_a_failing_cell_means_a_spare_part(outcomes):
    has_run("router", *outcomes)
    parts = pieces({"Router": Mine}, WANTED)
    assert parts.Router is SpareRouter
    assert repr(parts) == "Router: a spare part, since 2.3 router is not solved yet"


def test_a_cell_that_never_ran_means_a_spare_part():
    assert pieces({"Router": Mine}, WANTED).Router is SpareRouter
    has_run("router")
    del checks.verdicts["router-details"]
    assert pieces({"Router": Mine}, WANTED).Router is SpareRouter


def test_the_last_verdict_counts():
    has_run("router", True, False)
    has_run("router")
    assert pieces({"Router": Mine}, WANTED).Router is Mine
    has_run("router", False, True)
    assert pieces({"Router": Mine}, WANTED).Router is SpareRouter


def test_a_missing_name_means_a_spare_part():
    has_run("router")
    parts = pieces({}, WANTED)
    assert parts.Router is SpareRouter
    assert repr(parts) == "Router: a spare part, since Router of 2.3 router is not defined"


def test_parts_of_one_exercise_come_together():
    """A registry that knows the student's errors is no use with somebody else's."""
    has_run("errors")
    wanted = {"Registry": ("errors", SpareRouter), "Error": ("errors", SpareError)}
    assert pieces({"Registry": Mine, "Error": Mine}, wanted).Registry is Mine
    parts = pieces({"Registry": Mine}, wanted)
    assert (parts.Registry, parts.Error) == (SpareRouter, SpareError)
    assert repr(parts).splitlines() == [
        "Registry: a spare part, since Error of 2.9 errors is not defined",
        "Error: a spare part, since Error of 2.9 errors is not defined",
    ]


def test_each_exercise_is_judged_by_itself():
    has_run("router")
    has_run("errors", False, False)
    parts = pieces({"Router": Mine, "Error": Mine}, {**WANTED, "Error": ("errors", SpareError)})
    assert (parts.Router, parts.Error) == (Mine, SpareError)
    assert repr(parts).splitlines() == [
        "Router: yours",
        "Error: a spare part, since 2.9 errors is not solved yet",
    ]


def test_an_outline_is_not_needed(outline):
    outline.unlink()
    parts = pieces({"Router": Mine}, WANTED)
    assert repr(parts) == "Router: a spare part, since router is not solved yet"
    has_run("router")
    assert pieces({"Router": Mine}, WANTED).Router is Mine


def test_a_cell_of_which_nothing_ran_is_no_pass():
    has_run("router")
    checks.verdicts["router-basics"].checks.clear()
    assert pieces({"Router": Mine}, WANTED).Router is SpareRouter


CHOOSE = """
class SpareFunction:
    pass

parts = lab.pieces(globals(), {"doubled": ("doubling", SpareFunction)})
parts
"""
CHECKS = """
%%ipytest
# 9.1 · doubling-{part} · 2 points · locked
def test_it_doubles(see):
    assert see(doubled(2)) == 4
"""


def test_in_a_notebook_the_choice_follows_the_checks():
    answer, basics, details = "def doubled(x): return 2 * x", "basics", "details"
    outputs = run_cells(
        CHOOSE, answer, CHECKS.format(part=basics), CHOOSE, CHECKS.format(part=details), CHOOSE,
        "def doubled(x): return x + 3", CHECKS.format(part=details), CHOOSE,
    )
    spare = "doubled: a spare part, since doubling is not solved yet"
    assert [shown(outputs[n]) for n in (0, 3, 5, 8)] == [spare, spare, "doubled: yours", spare]
