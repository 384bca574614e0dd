"""A small course for the tests: one notebook with three exercises of 3 points, made afresh."""

import json
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from webcourse.grading.course import Course
from webcourse.grading.master import load_master

ASSIGNMENT, NOTEBOOK = "lesson", "1_lesson"
CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"
HIDDEN_LINE = 'assert see(greet("a hidden name")) == "Hello, a hidden name"'

SOLUTIONS = {
    "double": "def double(x):\n    return 2 * x",
    "greet": 'def greet(name):\n    return f"Hello, {name}"',
    "total": "def total(items):\n    return sum(items)",
}
MARKED = {
    slug: source.replace("    return", "    ### BEGIN SOLUTION\n    return") + "\n    ### END SOLUTION"
    for slug, source in SOLUTIONS.items()
}
CHECKS = {
    "double-basics": '''
def test_two_becomes_four(see):
    """Twice the number."""
    assert see(double(2)) == 4
''',
    "double-details": '''
def test_any_number_is_doubled(see, rng):
    """Twice the number, whichever."""
    x = rng.randrange(10**6)
    assert see(double(x)) == 2 * x
''',
    "greet-basics": '''
def test_the_name_is_greeted(see):
    """"Hello, " and the name."""
    assert see(greet("Alice")) == "Hello, Alice"
''',
    "greet-details": f'''
def test_any_name_is_greeted(see, rng):
    """"Hello, " and the name, whichever."""
    name = str(rng.random())
    assert see(greet(name)) == f"Hello, {{name}}"


### BEGIN HIDDEN TESTS
def test_a_secret_name_is_greeted(see):
    """"Hello, " and the name, whichever."""
    {HIDDEN_LINE}
### END HIDDEN TESTS
''',
    "total-basics": '''
def test_the_sum(see):
    """All items are added."""
    assert see(total([1, 2])) == 3
''',
    "total-details": '''
def test_the_sum_of_anything(see, rng):
    """All items are added."""
    items = [rng.randrange(100) for _ in range(10)]
    assert see(total(items)) == sum(items)


def test_nothing_is_zero(see):
    """An empty list has the sum 0."""
    assert see(total([])) == 0
''',
}


def _nbgrader(name, **roles):
    data = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "grade_id": name}
    return {"nbgrader": {**data, **roles}}


def source_notebook(solutions=None, checks=None, slugs=("double", "greet", "total")):
    """NotebookNode: the solved notebook."""
    solutions, checks = {**MARKED, **(solutions or {})}, {**CHECKS, **(checks or {})}
    setup = 'from webcourse import lab\n\nlab.setup("lesson")'
    cells = [
        new_markdown_cell("# The lesson\n\nThree functions.", id="title"),
        new_code_cell(setup, metadata=_nbgrader("setup", locked=True), id="setup"),
    ]
    for number, slug in enumerate(slugs, 1):
        cells.append(new_markdown_cell(f"## 1.{number} · {slug}\n\nWrite `{slug}`.", id=f"text-{slug}"))
        cells.append(new_code_cell(solutions[slug], metadata=_nbgrader(slug, solution=True), id=slug))
        cells.append(
            new_code_cell(
                f"raise SystemError('a demonstration of {slug} must not run')", id=f"demo-{slug}"
            )
        )
        for part, points in (("basics", 2), ("details", 1)):
            name = f"{slug}-{part}"
            label = f"%%ipytest\n# 1.{number} · {name} · {points} point{'s' * (points > 1)} · locked"
            metadata = _nbgrader(name, grade=True, locked=True, points=points)
            cells.append(
                new_code_cell(label + "\n" + checks[name].strip("\n"), metadata=metadata, id=name)
            )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def make_course(root, **changes):
    """A course folder without submissions.

    Returns:
        Course
    """
    folder = root / "source" / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    (root / "submitted").mkdir(exist_ok=True)
    shutil.copy(CONFIG, root)
    nbformat.write(source_notebook(**changes), folder / f"{NOTEBOOK}.ipynb")
    return Course(root)


def load(course):
    """Master"""
    (path,) = course.master_paths(ASSIGNMENT)
    return load_master(path, ASSIGNMENT, course.config)


def submission(answers=None, cells=None):
    """What a student hands in: the release notebook with *answers*, as plain JSON.

    Args:
        answers (dict[str, str]): source by slug; what is missing stays the starter.
        cells (Callable[[list], list]): changes the list of cells (dicts).
    """
    notebook = json.loads(nbformat.writes(source_notebook()))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in SOLUTIONS:
            starter = (
                MARKED[name].partition("    ### BEGIN")[0]
                + "    raise NotImplementedError  # your code here"
            )
            cell["source"] = (answers or {}).get(name, starter)
        elif name in CHECKS:
            source = "".join(cell["source"])
            cell["source"] = source.partition("\n\n\n### BEGIN HIDDEN")[0]
    if cells:
        notebook["cells"] = cells(notebook["cells"])
    return notebook


def code(source, **metadata):
    """dict: a code cell."""
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def hand_in(course, student, content, name=f"{NOTEBOOK}.ipynb"):
    """Put a notebook (dict), text or bytes into submitted/.

    Returns:
        Path
    """
    path = course.submitted / student / ASSIGNMENT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path
