"""A course that knows nothing of ours, with 40 honest submissions: what nbgrader's users have.

Two assignments. `functions` has one notebook. `measurements` has two, with files beside them, a
task, `%%ipytest` cells, charts and a top-level await. No tests cell has `see`.
"""

import copy
import datetime
import functools
from dataclasses import dataclass, field

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, LockCells

from webcourse.grading.course import Course

FUNCTIONS, MEASUREMENTS = "functions", "measurements"  # assignments
UNLIKE = "unlike"  # submissions that stock nbgrader cannot grade, or grades in its own way
NOTEBOOK, READING, CHARTS = "functions", "1_reading", "2_charts"  # notebooks
DUE = datetime.datetime(2031, 3, 14, 12, 0)  # UTC

CONFIG = """
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

c = get_config()
c.CourseDirectory.course_id = "measuring"
c.AssignLatePenalties.plugin_class = "late_by_the_hour.LateByTheHour"
c.Autograde.exclude_overwriting = {"measurements": ["units.py"]}
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "FutureWarning"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}
"""
LATE = '''
from nbgrader.plugins import BasePlugin


class LateByTheHour(BasePlugin):
    """Half a point for each hour that has begun."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5 * -(-total_seconds_late // 3600)
'''
DATA = "place,celsius\nOslo,4.5\nRome,18.0\nLima,19.5\nCairo,22.0\n"
TOOLS = '''
"""Given with the assignment."""

import csv


def load(name="data.csv"):
    """The rows of a file, numbers as numbers."""
    with open(name, newline="", encoding="utf-8") as file:
        return [{**row, "celsius": float(row["celsius"])} for row in csv.DictReader(file)]
'''

UNITS = 'UNIT = "C"  # yours to change\n'

# ------------------------------------------------------------------ the masters


def _cell(source, kind="code", **nbgrader):
    source = source.strip("\n")
    cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    if nbgrader:
        roles = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        cell.metadata["nbgrader"] = {**roles, **nbgrader}
    return cell


def text(source):
    return _cell(source, "markdown")


def given(name, source):
    return _cell(source, grade_id=name, locked=True)


def answer(name, source):
    return _cell(source, grade_id=name, solution=True)


def tests(name, points, source):
    return _cell(source, grade_id=name, grade=True, locked=True, points=points)


def by_hand(name, points, source, kind="code"):
    return _cell(source, kind, grade_id=name, grade=True, solution=True, points=points)


def task(name, points, source):
    return _cell(source, "markdown", grade_id=name, task=True, locked=True, points=points)


def _functions():
    return [
        text("# Functions\n\nFour of them."),
        _cell("import math\nimport sys"),
        given("words", 'WORDS = ["fig", "banana", "apple"]'),
        text("## Circles"),
        answer(
            "area",
            '''
def area(radius):
    """The area of a circle."""
    ### BEGIN SOLUTION
    if radius < 0:
        raise ValueError("a radius is not negative")
    return math.pi * radius**2
    ### END SOLUTION
''',
        ),
        _cell("area(2)"),
        tests("area-1", 1, "assert math.isclose(area(1), math.pi)"),
        tests(
            "area-2",
            2,
            """
assert area(0) == 0
### BEGIN HIDDEN TESTS
try:
    area(-1)
except ValueError:
    pass
else:
    raise AssertionError("a negative radius")
### END HIDDEN TESTS
""",
        ),
        text("## Cylinders"),
        answer(
            "volume",
            '''
def volume(radius, height):
    """The volume of a cylinder, with the help of `area`."""
    ### BEGIN SOLUTION
    return area(radius) * height
    ### END SOLUTION
''',
        ),
        tests("volume-1", 2, "assert math.isclose(volume(1, 3), 3 * math.pi)\nassert volume(2, 0) == 0"),
        text("## Squares\n\nMake `squares`: the squares of 0 to 4, one after the other."),
        answer("squares", "### BEGIN SOLUTION\nsquares = (n * n for n in range(5))\n### END SOLUTION"),
        tests("squares-1", 1, "assert sum(squares) == 30"),
        text("## Words"),
        answer(
            "longest",
            '''
def longest(words):
    """The longest word; of several the first; None if there is none."""
    ### BEGIN SOLUTION
    return max(words, key=len, default=None)
    ### END SOLUTION
''',
        ),
        tests(
            "longest-1",
            3,
            """
points = 0
points += longest(WORDS).count("a") / 2
if longest(["to", "be"]) == "to":
    points += 0.5
try:
    points += longest([]) is None
except ValueError:
    pass
points
""",
        ),
        by_hand("own", 2, "# A function of your own.\n### BEGIN SOLUTION\nown = len\n### END SOLUTION"),
        by_hand("explain", 2, "YOUR ANSWER HERE", "markdown"),
        _cell('print("the longest is", longest(WORDS))'),
    ]


def _reading():
    return [
        text("# Reading"),
        _cell("import csv\nimport statistics"),
        given(
            "read",
            """
with open("data.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
""",
        ),
        given(
            "table",
            '''
class Table:
    """What a notebook shows as a table."""

    def __init__(self, rows):
        self.rows = rows

    def __repr__(self):
        return "\\n".join(" ".join(map(str, row.values())) for row in self.rows)

    def _repr_html_(self):
        return "<table>" + "".join(f"<tr><td>{row}</td></tr>" for row in self.rows) + "</table>"
''',
        ),
        _cell("from units import UNIT\n\nprint(UNIT)\nTable(rows)"),
        answer(
            "mean",
            '''
def mean_of(rows, column):
    """The mean of a column."""
    ### BEGIN SOLUTION
    return statistics.mean(float(row[column]) for row in rows)
    ### END SOLUTION
''',
        ),
        tests("mean-1", 2, 'assert mean_of(rows, "celsius") == 16.0'),
        answer(
            "above",
            '''
def above_mean(rows, column):
    """The rows above the mean of a column."""
    ### BEGIN SOLUTION
    mean = mean_of(rows, column)
    return [row for row in rows if float(row[column]) > mean]
    ### END SOLUTION
''',
        ),
        _cell('Table(above_mean(rows, "celsius"))'),
        tests(
            "above-1",
            3,
            """
found = [row["place"] for row in above_mean(rows, "celsius")]
### BEGIN HIDDEN TESTS
assert above_mean([{"x": 1}, {"x": 1}], "x") == []
### END HIDDEN TESTS
len(set(found) & {"Rome", "Lima", "Cairo"}) - ("Oslo" in found)
""",
        ),
        by_hand("discuss", 3, "YOUR ANSWER HERE", "markdown"),
        task("explore", 4, "Explore the data on your own, in cells below this one."),
    ]


def _charts():
    return [
        given(
            "imports",
            """
import asyncio
import warnings

import ipytest
import matplotlib.pyplot as plt
import tools

ipytest.autoconfig(raise_on_error=True, addopts="-q -p no:cacheprovider -p no:hypothesispytest".split())
""",
        ),
        given("load", "rows = tools.load()"),
        answer(
            "fetch",
            '''
async def fetch_all(places):
    """The lengths of all names, awaited together."""
    ### BEGIN SOLUTION
    async def fetch(place):
        await asyncio.sleep(0.001)
        return len(place)

    return await asyncio.gather(*map(fetch, places))
    ### END SOLUTION
''',
        ),
        _cell('lengths = await fetch_all([row["place"] for row in rows])\nlengths'),
        tests("fetch-1", 1, 'assert await fetch_all(["a", "bc"]) == [1, 2]'),
        answer(
            "draw",
            '''
def draw(rows):
    """Axes with one bar a place; warns where there is nothing to draw."""
    ### BEGIN SOLUTION
    if not rows:
        warnings.warn("nothing to draw")
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([row["place"] for row in rows], [row["celsius"] for row in rows])
    return axes
    ### END SOLUTION
''',
        ),
        _cell("draw(rows)\nplt.show()"),
        tests(
            "draw-1",
            2,
            """
%%ipytest
import pytest


def test_a_bar_for_each_place():
    axes = draw(rows)
    assert len(axes.patches) == len(rows)
    plt.close()


### BEGIN HIDDEN TESTS
def test_nothing_to_draw():
    with pytest.warns(UserWarning):
        draw([])
    plt.close()
### END HIDDEN TESTS
""",
        ),
    ]


MASTERS = {
    FUNCTIONS: {NOTEBOOK: _functions},
    MEASUREMENTS: {READING: _reading, CHARTS: _charts},
}
FILES = {FUNCTIONS: {}, MEASUREMENTS: {"data.csv": DATA, "tools.py": TOOLS, "units.py": UNITS}}


def solved(assignment, name):
    """NotebookNode: as it lies in source/."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = MASTERS[assignment][name]()
    for number, cell in enumerate(cells):
        cell.id = f"{name}-{number}"
    language = {"name": "python", "file_extension": ".py"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": language})


@functools.cache
def released(assignment, name):
    """NotebookNode: as students get it. Change a copy."""
    notebook = solved(assignment, name)
    for preprocessor in LockCells, ClearSolutions, ComputeChecksums, ClearHiddenTests, ComputeChecksums:
        preprocessor().preprocess(notebook, {})
    return notebook


@functools.cache
def references(assignment):
    """dict[str, str]: the right answers, by the name of their cells."""
    return {
        cell.metadata.nbgrader.grade_id: _without_marks(cell.source)
        for name in MASTERS[assignment]
        for cell in solved(assignment, name).cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }


def _without_marks(source):
    return "\n".join(line for line in source.split("\n") if "### " not in line)


def make_course(root):
    """A course folder without submissions and without a gradebook.

    Returns:
        Course
    """
    for assignment, names in MASTERS.items():
        folder = root / "source" / assignment
        folder.mkdir(parents=True)
        for name in names:
            nbformat.write(solved(assignment, name), folder / f"{name}.ipynb")
        for name, content in FILES[assignment].items():
            (folder / name).write_text(content, encoding="utf-8")
    (root / "submitted").mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "late_by_the_hour.py").write_text(LATE)
    return Course(root)


def set_due_dates(course):
    """Make the gradebook, with a due date for each assignment."""
    gradebook = Gradebook(course.directory.db_url, course.directory.course_id)
    for assignment in MASTERS:
        gradebook.update_or_create_assignment(assignment, duedate=DUE)
    gradebook.close()


# ------------------------------------------------------------------ submissions


@dataclass
class Submission:
    """What a student hands in: the release, until the student does something with it."""

    student: str
    assignment: str
    notebooks: dict = field(init=False)  # NotebookNode by name
    files: dict = field(init=False)  # text by relative path
    timestamp: str = ""
    own: int = 0  # cells that the student added

    def __post_init__(self):
        self.notebooks = {
            name: copy.deepcopy(released(self.assignment, name)) for name in MASTERS[self.assignment]
        }
        self.files = dict(FILES[self.assignment])

    @property
    def references(self):
        """dict[str, str]: see `references`."""
        return references(self.assignment)

    def solve(self, *names, **answers):
        """Answer: with the right answers to *names* (without names: to all), or as *answers* say."""
        right = self.references
        wanted = {name: right[name] for name in names or ([] if answers else right)}
        for name, source in {**wanted, **answers}.items():
            self.find(name)[1].source = source
        return self

    def solve_all_but(self, **answers):
        """Answer all of it right, but *answers*."""
        return self.solve().solve(**answers)

    def find(self, name):
        """tuple[list, NotebookNode]: a notebook's cells, and the one with that grade_id or source."""
        for notebook in self.notebooks.values():
            for cell in notebook.cells:
                if name in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source):
                    return notebook.cells, cell
        raise KeyError(name)

    def add(self, after, *cells):
        """Put cells, or sources of code cells, after the cell with a name or source."""
        neighbours, cell = self.find(after)
        added = [new_code_cell(c) if isinstance(c, str) else c for c in cells]
        for cell_added in added:
            self.own += 1
            cell_added.id = f"own-{self.own}"
        place = neighbours.index(cell) + 1
        neighbours[place:place] = added
        return self

    def take_out(self, name):
        """NotebookNode: a cell that is no longer there."""
        neighbours, cell = self.find(name)
        neighbours.remove(cell)
        return cell

    def hand_in(self, course):
        """Write it into submitted/."""
        folder = course.submitted / self.student / self.assignment
        folder.mkdir(parents=True)
        for name, notebook in self.notebooks.items():
            nbformat.write(notebook, folder / f"{name}.ipynb")
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        if self.timestamp:
            (folder / "timestamp.txt").write_text(self.timestamp)


RECIPES = {FUNCTIONS: [], MEASUREMENTS: [], UNLIKE: []}


def of(assignment, group=None):
    """Register a function that changes a Submission; its name becomes the student's."""

    def register(function):
        RECIPES[group or assignment].append((assignment, function))
        return function

    return register


def students(group):
    """list[str]: of a group of RECIPES."""
    return [recipe.__name__ for _, recipe in RECIPES[group]]


def submissions(group):
    """list[Submission]: of a group of RECIPES."""
    made = []
    for assignment, recipe in RECIPES[group]:
        submission = Submission(recipe.__name__, assignment)
        recipe(submission)
        made.append(submission)
    return made


def _utc(**later):
    return f"{DUE + datetime.timedelta(**later):%Y-%m-%d %H:%M:%S} UTC"


IMPORTS = "import math\nimport sys"  # the plain cell of `functions`
CLOSING = 'print("the longest is", longest(WORDS))'
WRONG_AREA = "def area(radius):\n    return 2 * math.pi * radius"


@of(FUNCTIONS)
def right(it):
    it.solve()


@of(FUNCTIONS)
def blank(it):
    pass


@of(FUNCTIONS)
def wrong(it):
    it.solve(
        area=WRONG_AREA,
        volume="def volume(radius, height):\n    return radius * height",
        squares="squares = range(5)",
        longest="def longest(words):\n    return words",
        own="own = 1 / 3",
    )


@of(FUNCTIONS)
def half(it):
    it.solve("area", "longest", explain="It is *half* done.")


@of(FUNCTIONS)
def a_part_of_the_points(it):
    it.solve_all_but(longest="def longest(words):\n    return sorted(words, key=len)[-1]")


@of(FUNCTIONS)
def right_on_top_of_wrong(it):
    it.solve_all_but(area=WRONG_AREA)


@of(FUNCTIONS)
def an_answer_that_raises(it):
    it.solve_all_but(longest=f"{it.references['longest']}\n\nlongest(1, 2)", squares="squares = 1 / 0")


@of(FUNCTIONS)
def a_syntax_error(it):
    it.solve_all_but(longest="def longest(words)\n    return max(words)")


@of(FUNCTIONS)
def the_stub_is_still_there(it):
    it.solve_all_but(
        area="def area(radius):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n    return 1",
        squares="# YOUR CODE HERE\nraise NotImplementedError()\nsquares = [0, 1, 4, 9, 16]",
    )


@of(FUNCTIONS)
def a_list_for_an_iterator(it):
    it.solve_all_but(squares="squares = [0, 1, 4, 9, 16]")


@of(FUNCTIONS)
def late_by_minutes(it):
    it.solve().timestamp = _utc(minutes=20)


@of(FUNCTIONS)
def late_by_days(it):
    it.solve_all_but(area=WRONG_AREA).timestamp = _utc(days=3)


@of(FUNCTIONS)
def early(it):
    it.solve().timestamp = _utc(days=-30)


@of(FUNCTIONS)
def from_another_time_zone(it):
    it.solve().timestamp = f"{DUE:%Y-%m-%d} 14:30:00 CET"  # an hour and a half late


@of(FUNCTIONS)
def edits_a_plain_cell(it):
    it.solve_all_but(squares="squares = itertools.chain([0, 1, 4], [9, 16])")
    it.find(IMPORTS)[1].source = "import itertools\nimport math\nimport sys"


@of(FUNCTIONS)
def deletes_a_plain_cell(it):
    it.solve().take_out(IMPORTS)


@of(FUNCTIONS)
def own_cells(it):
    it.solve_all_but(area="def area(radius):\n    return check(radius) * math.pi * radius")
    helper = (
        "def check(radius):\n    if radius < 0:\n        raise ValueError(radius)\n    return radius"
    )
    it.add("words", new_markdown_cell("My helper."), helper, new_raw_cell("as it is"))
    it.add("volume-1", "volume(2, 3)", "# only a remark", "", "1 / 0")


@of(FUNCTIONS)
def moves_plain_cells(it):
    it.solve()
    demonstration, closing = it.take_out("area(2)"), it.take_out(CLOSING)
    it.add("explain", closing, demonstration)


@of(FUNCTIONS)
def copies_a_plain_cell(it):
    it.solve().add("volume", "area(2)").add(CLOSING, "area(2)", CLOSING)


@of(FUNCTIONS)
def prints(it):
    loud = "\n".join(f"print({line!r})" for line in ("I", "am", "loud\r\n", "tab\there", ""))
    it.solve_all_but(area=f"{loud}\n{it.references['area']}\n\nprint(area(3), end='')")
    it.add("area", "for i in range(1200):\n    print(i)")


@of(FUNCTIONS)
def warns(it):
    it.solve_all_but(
        area=f"import warnings\n\n{it.references['area']}\n\nwarnings.warn('careful')",
        volume=f"{it.references['volume']}\n\n\nprint('to stderr', file=sys.stderr)",
    )


@of(FUNCTIONS)
def writes_to_stderr_when_called(it):
    it.solve_all_but(
        volume="def volume(radius, height):\n"
        "    print('computing', file=sys.stderr)\n    return area(radius) * height"
    )


@of(FUNCTIONS)
def gets_a_warning_that_is_ignored(it):
    it.solve_all_but(
        volume="import warnings\n\n\ndef volume(radius, height):\n"
        "    warnings.warn('soon', FutureWarning)\n    return area(radius) * height"
    )


@of(FUNCTIONS)
def prints_when_called(it):
    it.solve_all_but(
        volume="def volume(radius, height):\n    print('computing')\n    return area(radius) * height"
    )


@of(FUNCTIONS)
def speaks_many_languages(it):
    it.solve_all_but(
        area="def area(größe):\n    '''Fläche — 面積 🎈'''\n    if größe < 0:\n"
        "        raise ValueError('zu klein: ½')\n    return math.pi * größe**2\n\n\n"
        "print('Fläche', 'שלום', '🎈')",
        explain="Ünïcode — 面積 🎈",
    ).add("words", "'Fläche 🎈'")


@of(FUNCTIONS)
def brings_a_module(it):
    it.solve_all_but(
        area="from my_helpers import area", squares="import parts.more\nsquares = parts.more.SQUARES"
    )
    it.files["my_helpers.py"] = "import math\n\n\n" + it.references["area"]
    it.files["parts/__init__.py"] = ""
    it.files["parts/more.py"] = "SQUARES = [0, 1, 4, 9, 16]\n"


@of(FUNCTIONS)
def shows_values(it):
    it.solve().add(
        "words",
        "from IPython.display import HTML, display\n\ndisplay(HTML('<b>bold</b>'), {'a': [1, 2]})",
        "_",
        "WORDS",
        "_, Out[len(In) - 2]",
        "WORDS;",
        "None",
        "class Odd:\n    def __repr__(self):\n        return 'odd'\n\n    def _repr_html_(self):\n"
        "        return '<i>odd</i>'\n\n\nOdd()",
    )


@of(FUNCTIONS)
def uses_magics(it):
    it.solve().add(
        "words",
        "%%capture told\nprint('captured')",
        "told.stdout",
        "!echo from a shell",
        "%%bash\necho from bash",
        "names = !echo a b\nnames",
        "%config InteractiveShell.ast_node_interactivity",
        "%%writefile noted.txt\na note",
        "%cat noted.txt",
        "print(open('noted.txt').read())",
        "?",
    )


@of(FUNCTIONS)
def awaits(it):
    it.solve().add(
        "words",
        "import asyncio\n\n\nasync def later(value):\n    await asyncio.sleep(0.001)\n    return value",
        "await later(1)",
        "task = asyncio.ensure_future(later(2))",
        "await task",
        "asyncio.get_running_loop().is_running()",
        "task = asyncio.create_task(later(3))\nawait asyncio.sleep(0.01)\ntask.result()",
        "async with asyncio.timeout(1):\n    print(await later(4))",
    )


@of(FUNCTIONS)
def asks_for_input(it):
    it.solve_all_but(squares="squares = [int(input('first? ')), 1, 4, 9, 16]")


@of(FUNCTIONS)
def edits_tests(it):
    it.solve_all_but(area=WRONG_AREA)
    it.find("area-1")[1].source = "print('I have looked here')\nassert True"
    it.find("words")[1].source = "WORDS = ['mine']"


# ------------------------------------------------------------------ of the second assignment


@of(MEASUREMENTS)
def all_of_it(it):
    it.solve().solve(discuss="The mean is **16** degrees.")
    it.add("explore", "max(rows, key=lambda row: float(row['celsius']))", new_markdown_cell("Cairo."))


@of(MEASUREMENTS)
def none_of_it(it):
    it.timestamp = _utc(hours=2)


@of(MEASUREMENTS)
def no_second_notebook(it):
    it.solve().timestamp = _utc(hours=2, seconds=1)
    del it.notebooks[CHARTS]


@of(MEASUREMENTS)
def no_first_notebook(it):
    it.solve()
    del it.notebooks[READING]


@of(MEASUREMENTS)
def wrong_and_late(it):
    it.solve_all_but(
        above="def above_mean(rows, column):\n    return rows",
        draw="def draw(rows):\n    plt.plot([1, 2])\n    return plt.gca()",
    ).timestamp = _utc(days=1)


@of(MEASUREMENTS)
def own_data_and_module(it):
    it.solve_all_but(
        mean="from my_numbers import mean_of",
        fetch="async def fetch_all(places):\n    return [len(place) for place in places]",
    )
    it.files["my_numbers.py"] = "import statistics\n\n\n" + it.references["mean"]
    it.files["mine.csv"] = "place,celsius\nHome,20\n"
    it.files["data.csv"] = "place,celsius\nMars,-60\n"
    it.files["tools.py"] = "raise SystemError('edited')\n"
    it.files["units.py"] = "UNIT = 'K'\n"
    it.add("explore", "print(open('mine.csv').read())\nmean_of(rows, 'celsius')")
    it.add("load", "tools.load('mine.csv')")


@of(MEASUREMENTS)
def leaves_the_files_out(it):
    it.solve().files = {}


@of(MEASUREMENTS)
def draws_more(it):
    it.solve_all_but(draw=it.references["draw"] + "\n\n\ndraw(rows[:1])")
    it.add(
        "draw-1",
        "%matplotlib inline\nfor n in 1, 2:\n    plt.figure(figsize=(1, 1))\n    plt.plot([1, n])",
        "figure = plt.figure(figsize=(1, 1))",
        "plt.close('all')\nfigure",
        "plt.plot([3, 4]);",
    )


@of(MEASUREMENTS)
def warns_and_logs(it):
    it.solve_all_but(
        mean="import logging\n\nlogging.warning('a log')\n" + it.references["mean"],
        fetch=it.references["fetch"] + "\n\n\nwarnings.warn('async')\nawait fetch_all(['x'])",
        draw=it.references["draw"].replace("figure, axes", "warnings.warn('now')\n    figure, axes"),
    )


@of(MEASUREMENTS)
def breaks_the_await(it):
    it.solve_all_but(fetch="def fetch_all(places):\n    return [1, 2]")


@of(MEASUREMENTS)
def changes_what_is_given(it):
    it.solve_all_but(
        mean=it.references["mean"] + "\n\n\nrows = rows[:2]",
        draw=it.references["draw"] + "\n\n\nrows.append({'place': 'Bern', 'celsius': 9})",
    )


# ------------------------------------------------------------------ what nbgrader trips over


@of(FUNCTIONS, UNLIKE)
def deletes_tests(it):
    it.solve().take_out("volume-1")


@of(FUNCTIONS, UNLIKE)
def moves_an_answer_below_its_tests(it):
    it.solve()
    it.add("explain", it.take_out("volume"))


@of(FUNCTIONS, UNLIKE)
def gets_more_points_than_there_are(it):
    it.solve_all_but(longest="def longest(words):\n    return 'a' * 99")


@of(FUNCTIONS, UNLIKE)
def hands_in_another_name(it):
    it.solve().notebooks = {"functions (1)": it.notebooks[NOTEBOOK]}


@of(FUNCTIONS, UNLIKE)
def hands_in_a_note(it):
    it.notebooks = {}
    it.files["sorry.txt"] = "I was ill."


@of(FUNCTIONS, UNLIKE)
def pastes_a_copy(it):
    it.solve()
    it.add("area-1", copy.deepcopy(it.find("area")[1]), copy.deepcopy(it.find("area-1")[1]))


@of(FUNCTIONS, UNLIKE)
def right_after_the_copy(it):
    it.solve()
