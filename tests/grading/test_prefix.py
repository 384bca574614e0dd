"""What a zygote does once for all submissions, and what it leaves to each room."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.grading import kit
from webcourse.grading import room
from webcourse.grading.master import load_master
from webcourse.grading.prefix import prefix

FIRST = [
    "import math\nimport matplotlib.pyplot as plt\n%matplotlib inline",
    "import ipytest\nipytest.autoconfig(raise_on_error=True)",
    "LIMIT = 3\n\ndef helper(n):\n    return open(str(n))",
    "plt.style.use('ggplot')",
]
NOT_FOR_ALL = [
    "import tools",  # lies beside the notebook
    "import random\nrandom.seed(3)",
    "from pathlib import Path\nPath('data.csv').write_text('')",
    "import os\nos.environ['A'] = 'b'",
    "rows = open('rows.csv').read()",
    "ipytest.autoconfig(addopts=list_options())",
    "print('hello')",
    "def helper(n=draw()):\n    return n",
    "%load_ext autoreload",
    "import (",
]


@pytest.fixture
def course(tmp_path):
    """A course of functions, such as anybody makes; `tools.py` lies beside its notebook."""
    course = kit.make_course(tmp_path)
    path = course.master_paths(kit.ASSIGNMENT)[0]
    (path.parent / "tools.py").write_text("")
    return course


def begun(course, *sources):
    """Prefix: of the notebook with these cells at its beginning, and a check without `see`."""
    path = course.master_paths(kit.ASSIGNMENT)[0]
    notebook = nbformat.read(path, 4)
    notebook.cells = [*map(new_code_cell, sources), *notebook.cells]
    for cell in notebook.cells:
        cell.source = cell.source.replace("%%ipytest\n", "")
    nbformat.write(notebook, path)
    master = load_master(path, kit.ASSIGNMENT, course.config)
    assert not master.sealed
    return prefix(master)


def test_what_is_the_same_for_everybody_runs_once(course):
    assert begun(course, *FIRST).cells == tuple(FIRST)


@pytest.mark.parametrize("source", NOT_FOR_ALL)
def test_what_may_differ_is_left_to_the_rooms(course, source):
    assert begun(course, "import math", source, "import re").cells == ("import math",)


def test_a_lesson_of_ours_begins_with_its_set_up_cell(course):
    assert prefix(kit.load(course)).cells == ('from webcourse import lab\n\nlab.setup("lesson")',)


@pytest.mark.parametrize("first, shown", [("limit = 3", "'3'"), ("limit = 4", "'4'")])
def test_a_cell_that_a_student_has_changed_runs_as_it_is(first, shown):
    with room.Rooms() as rooms:
        cells = [("first", first), ("second", "str(limit)")]
        results = rooms.run(
            room.job(cells, "s", room.Limits()), room.Prefix(("limit = 3",), inline=True)
        )
    assert [result["id"] for result in results] == ["first", "second"]
    assert results[1]["outputs"][0]["data"]["text/plain"] == shown
