"""A course as anybody makes it with nbgrader: no kit of ours, no `see`, two notebooks, a written answer.

The second answer of the first notebook builds on the first one.
"""

import copy
import json

from webcourse.build.solutions import starter, visible

ASSIGNMENT = "homework"
POINTS = {"squares-1": 1, "squares-2": 2, "sum-1": 3, "reverse-1": 2, "stack-1": 2}
WRITTEN = "explain"  # a person grades it
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
"""

PROBLEM_1 = [
    ("", "markdown", "# Squares", {}),
    ("", "code", "import math\n\nLIMIT = 100", {}),
    (
        "squares",
        "code",
        '''def squares(n):
    """The first n square numbers."""
    ### BEGIN SOLUTION
    if n < 1 or n > LIMIT:
        raise ValueError(n)
    return [i**2 for i in range(1, n + 1)]  # kept-from-students
    ### END SOLUTION''',
        {"solution": True},
    ),
    (
        "squares-1",
        "code",
        "assert squares(1) == [1]\nassert squares(3) == [1, 4, 9]",
        {"grade": True, "points": 1},
    ),
    (
        "squares-2",
        "code",
        """assert len(squares(LIMIT)) == LIMIT
### BEGIN HIDDEN TESTS
assert squares(11)[-1] == 121
hidden_word = None
try:
    squares(0)
except ValueError:
    hidden_word = "refused"
assert hidden_word == "refused"
### END HIDDEN TESTS""",
        {"grade": True, "points": 2},
    ),
    (
        "sum",
        "code",
        '''def sum_of_squares(n):
    """The sum of the first n square numbers, with the help of `squares`."""
    ### BEGIN SOLUTION
    return sum(squares(n))  # kept-from-students
    ### END SOLUTION''',
        {"solution": True},
    ),
    (
        "sum-1",
        "code",
        """score = 0
if sum_of_squares(1) == 1:
    score += 1
if sum_of_squares(10) == 385 and sum_of_squares(4) == 30:
    score += 2
score""",
        {"grade": True, "points": 3},
    ),
    (
        WRITTEN,
        "markdown",
        "YOUR ANSWER HERE",
        {"grade": True, "solution": True, "points": 2},
    ),
]
PROBLEM_2 = [
    ("", "markdown", "# Words and stacks", {}),
    (
        "tools",
        "code",
        "import ipytest\nimport pytest\n\nipytest.autoconfig(raise_on_error=True)",
        {},
    ),
    (
        "reverse",
        "code",
        '''def reverse_words(text):
    """The words of the text, the last one first."""
    ### BEGIN SOLUTION
    return " ".join(reversed(text.split()))  # kept-from-students
    ### END SOLUTION''',
        {"solution": True},
    ),
    (
        "reverse-1",
        "code",
        """%%ipytest
@pytest.mark.parametrize("text, turned", [("a b c", "c b a"), ("", ""), (" x  y ", "y x")])
def test_the_last_word_comes_first(text, turned):
    assert reverse_words(text) == turned""",
        {"grade": True, "points": 2},
    ),
    (
        "stack",
        "code",
        '''class Stack:
    """push(item), pop(): the last item that was pushed; IndexError if there is none."""
    ### BEGIN SOLUTION
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()  # kept-from-students
    ### END SOLUTION''',
        {"solution": True},
    ),
    (
        "stack-1",
        "code",
        """stack = Stack()
stack.push(1)
stack.push(2)
assert [stack.pop(), stack.pop()] == [2, 1]
with pytest.raises(IndexError):
    stack.pop()""",
        {"grade": True, "points": 2},
    ),
]
NOTEBOOKS = {"problem1": PROBLEM_1, "problem2": PROBLEM_2}
LOCKED = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}


def right():
    """dict[str, str]: the right answers."""
    lines = {
        name: [line.replace("  # kept-from-students", "") for line in source.splitlines()]
        for cells in NOTEBOOKS.values()
        for name, kind, source, roles in cells
        if roles.get("solution") and kind == "code"
    }
    return {name: "\n".join(line for line in text if "###" not in line) for name, text in lines.items()}


def solved(name):
    """dict: the source notebook as JSON."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [_cell(*cell) for cell in NOTEBOOKS[name]]
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}


def _cell(name, kind, source, roles):
    cell = {"cell_type": kind, "metadata": {}, "source": source}
    if name:
        roles = {**LOCKED, "locked": not roles.get("solution"), "grade_id": name, **roles}
        cell["metadata"]["nbgrader"] = roles
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(name, answers):
    """What a student hands in: the release with *answers* (dict[str, str], by name of the cell)."""
    made = copy.deepcopy(solved(name))
    for cell in made["cells"]:
        given = cell["metadata"].get("nbgrader", {})
        if given.get("grade_id") in answers:
            cell["source"] = answers[given["grade_id"]]
        elif cell["cell_type"] == "code":
            cell["source"] = visible(starter(cell["source"]))
    return made


def make(world):
    """Write the course into *world*, without submissions."""
    folder = world.course / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    for name in NOTEBOOKS:
        (folder / f"{name}.ipynb").write_text(json.dumps(solved(name)), encoding="utf-8")
    (world.course / "submitted").mkdir()
    (world.course / "nbgrader_config.py").write_text(CONFIG)
