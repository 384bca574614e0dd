"""The notebooks that a browser opens: the student's edition, and its reference solutions."""

import copy
import re
from dataclasses import dataclass, field

import nbformat
from nbformat import v4

from tests.environments import ROOT


@dataclass
class Lesson:
    """A student's notebook with the answers that are right."""

    name: str
    notebook: object = field(repr=False)
    solutions: dict = field(repr=False)  # grade_id of an answer -> its text

    def checks_of(self, answer):
        """The `grade_id`s of the tests cells that follow an answer, up to the next one."""
        found, after = [], False
        for cell in self.notebook.cells:
            role = cell.metadata.get("nbgrader", {})
            if role.get("solution"):
                after = role["grade_id"] == answer
            elif after and role.get("points"):
                found.append(role["grade_id"])
        return found


def lessons():
    """The lessons in notebooks/, or a small one of the same structure while there is none."""
    found = [lesson(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    return found or [small_lesson()]


def lesson(path):
    (source,) = (ROOT / "source").glob(f"*/{path.name}")
    return Lesson(path.stem, nbformat.read(path, 4), _solutions(nbformat.read(source, 4)))


def _solutions(notebook):
    return {
        cell.metadata.nbgrader.grade_id: re.sub(r"\n *### (BEGIN|END) SOLUTION", "", cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


SMALL = [
    ("", """\
# 1 · A small lesson

It has the parts of a real one.
"""),
    ("setup", "from webcourse import lab\n\nlab.setup()"),
    ("", """\
## 1.1 · Double: twice the number

> **Easy** · 5 min · 3 points

Write `double`.

<details>
<summary>Hint 1: where to start</summary>

With `n`.

</details>
"""),
    ("double", """\
def double(n):
    \"\"\"Twice *n*.

    >>> double(2)
    4
    \"\"\"
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION
"""),
    ("demo", "double(21)"),
    ("double-basics 2", """\
%%ipytest
# 1.1 · double-basics · 2 points · locked
def test_a_number_is_doubled(see, rng):
    \"\"\"double(n) is n + n.\"\"\"
    n = rng.randrange(100)
    assert see(double(n)) == n + n


def test_a_negative_number_is_doubled_as_well(see):
    \"\"\"double(n) is n + n for every integer.\"\"\"
    assert see(double(-3)) == -6
"""),
    ("double-details 1", """\
%%ipytest
# 1.1 · double-details · 1 point · locked
def test_a_text_is_doubled(see):
    \"\"\"double works for whatever can be multiplied.\"\"\"
    assert see(double("ab")) == "abab"
"""),
    ("demo", """\
lab.charts.lines(
    {"doubled": (range(5), [double(n) for n in range(5)]),
     "the number itself": (range(5), range(5))},
    x="n", y="result", alt="The double grows twice as fast as the number.",
)"""),
    ("demo", "lab.progress()"),
    ("", "## 1.2 · Half: the inverse\n\nWrite `half`."),
    ("half", "def half(n):\n    ### BEGIN SOLUTION\n    return n / 2\n    ### END SOLUTION\n"),
    ("half-basics 3", """\
%%ipytest
# 1.2 · half-basics · 3 points · locked
def test_half_of_the_double_is_the_number(see, rng):
    \"\"\"half(2 * n) is n.\"\"\"
    n = rng.randrange(100)
    assert see(half(2 * n)) == n
"""),
]


def small_lesson():
    """Set-up, two exercises, three tests cells, demonstrations, a chart and the progress table."""
    solved = v4.new_notebook(metadata={
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    })
    for role, source in SMALL:
        if not role:
            solved.cells.append(v4.new_markdown_cell(source))
            continue
        cell = v4.new_code_cell(source)
        name, _, points = role.partition(" ")
        answer = "BEGIN SOLUTION" in source
        if name != "demo":
            cell.metadata["nbgrader"] = {
                "grade_id": name, "grade": bool(points), "solution": answer, "locked": not answer,
                "task": False, "schema_version": 3,
            } | ({"points": int(points)} if points else {})
            cell.metadata["deletable"] = False
            cell.metadata["editable"] = answer
        if points or name == "demo":  # where "Run All" goes on after an error
            cell.metadata["tags"] = ["raises-exception"]
        solved.cells.append(cell)
    blank = copy.deepcopy(solved)
    for cell in blank.cells:
        cell.source = re.sub(
            r"### BEGIN SOLUTION.*### END SOLUTION", "raise NotImplementedError  # your code here",
            cell.source, flags=re.DOTALL,
        )
    return Lesson("a_small_lesson", blank, _solutions(solved))
