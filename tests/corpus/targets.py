"""The course that most submissions attack, built from `lesson.md`."""

import copy
import json
import re
import shutil
from functools import cache
from pathlib import Path

from webcourse.build import lesson, source
from webcourse.build.solutions import starter, visible

from .world import KEPT, REPOSITORY

LESSON = Path(__file__).with_name("lesson.md")
ASSIGNMENT, NOTEBOOK = "targets", "lesson"
PARTS = {"basics": 3, "details": 2}  # points
SLUGS = "slugify", "is-fresh", "moving-average", "fetch-all", "parse-port", "count-words"
POINTS = {f"{slug}-{part}": points for slug in SLUGS for part, points in PARTS.items()}
NOT_STUDENTS = re.compile(rf"^ *###? .*SOLUTION\n| *# {KEPT}\n", re.MULTILINE)

WRONG = {  # as a student may get them wrong
    "slugify": 'def slugify(title):\n    return title.replace(" ", "_")',
    "is-fresh": "def is_fresh(age, max_age):\n    return age == 99",
    "moving-average": "def moving_average(values, width):\n    return [0.5]",
    "fetch-all": "async def fetch_all(fetch, names):\n    return [await fetch(name) for name in names]",
    "parse-port": "def parse_port(text):\n    return -1",
    "count-words": "def count_words(text):\n    return {text: 1}",
}


@cache
def _solved():
    """dict: the source notebook."""
    return json.loads(source.text_of(source.build(lesson.read(LESSON))))


def _name(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def _cells():
    for cell in _solved()["cells"]:
        yield _name(cell), "".join(cell["source"])


@cache
def right():
    """dict[str, str]: the right answers, without what only the instructor's copy says."""
    return {name: NOT_STUDENTS.sub("", text) for name, text in _cells() if name in SLUGS}


@cache
def starters():
    """dict[str, str]: the answers of somebody who did nothing."""
    return {name: starter(text) for name, text in _cells() if name in SLUGS}


def notebook(answers=None):
    """What a student hands in: the release, with right answers but for *answers*.

    Args:
        answers (dict[str, str]): source by slug.

    Returns:
        dict: the notebook as JSON; cells have their source as one string.
    """
    made = copy.deepcopy(_solved())
    filled = {**right(), **(answers or {})}
    for cell in made["cells"]:
        text = "".join(cell["source"])
        cell["source"] = filled.get(_name(cell), visible(text))
    return made


def make(world):
    """Write the course into *world*, without submissions, with our configuration."""
    folder = world.course / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{NOTEBOOK}.ipynb").write_text(json.dumps(_solved()), encoding="utf-8")
    (world.course / "submitted").mkdir()
    shutil.copy(REPOSITORY / "nbgrader_config.py", world.course)
