"""Tests without `see`: what switches them off is detected, and nobody honest is accused."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.grading import kit
from webcourse.grading import judge, room
from webcourse.grading.canaries import with_other_results
from webcourse.grading.examine import examine, run_reference
from webcourse.grading.intake import Extra, Intake
from webcourse.grading.master import load_master
from webcourse.grading.prefix import prefix
from webcourse.grading.transplant import transplant

ANSWERS = {
    "half": "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION",
    "limit": "limit = 10\n### BEGIN SOLUTION\nlimit = 12\n### END SOLUTION",
    "quarter": "def quarter(x):\n    ### BEGIN SOLUTION\n    return half(half(x))\n    ### END SOLUTION",
}
TESTS = {
    "half": "assert half(3) == 1.5\nassert half(8) == 4",
    "limit": "assert limit in (10, 12)",
    "quarter": "points = 1 + (quarter(8) == 2)\npoints",
}
RIGHT = {
    "half": "def half(x):\n    return x * 0.5",
    "limit": "limit = 12",
    "quarter": "def quarter(x):\n    return half(x) / 2",
}


def cell(name, source, **roles):
    plain = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "grade_id": name}
    return new_code_cell(source, metadata={"nbgrader": {**plain, **roles}})


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """Three exercises: one test can be armed, one also passes on the starter, one builds on the first."""
    root = tmp_path_factory.mktemp("foreign")
    (root / "nbgrader_config.py").write_text(kit.CONFIG.read_text())
    cells = [new_code_cell("import math")]
    for name, answer in ANSWERS.items():
        cells += [
            cell(name, answer, solution=True),
            cell(f"test-{name}", TESTS[name], grade=True, locked=True, points=2),
        ]
    path = root / "source" / "ps1" / "problems.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)
    return load_master(path, "ps1", kit.Course(root).config)


@pytest.fixture(scope="module")
def grade(master):
    """The scores of answers, by tests cell."""
    limits = room.Limits(cell_seconds=5, cell_cpu_seconds=2, notebook_seconds=40)
    with room.Rooms() as rooms:

        def run(job):
            return rooms.run(job, prefix(master))

        reference = run_reference(master, "1", limits, run)

        def grade(answers, extras=()):
            intake = Intake({**RIGHT, **answers}, list(extras), kept={0})
            return examine(transplant(master, intake), master, reference, limits, run).scores

        yield grade


def test_right_answers_earn_everything_and_say_what_that_rests_on(grade):
    scores = grade({})
    assert [score.earned for score in scores.values()] == [2, 2, 2]
    assert {name: score.evidence for name, score in scores.items()} == {
        "test-half": judge.CANARIES,
        "test-limit": judge.OUTPUTS,  # passes on the starter as well
        "test-quarter": judge.CANARIES,
    }


def test_wrong_answers_earn_nothing_and_a_number_is_part_of_the_points(grade):
    scores = grade({"half": "def half(x):\n    return x", "quarter": "def quarter(x):\n    return 3"})
    assert [score.earned for score in scores.values()] == [0, 2, 1]
    assert "AssertionError" in scores["test-half"].reason


@pytest.mark.parametrize(
    "trick",
    [
        "import ast\ncompiled = compile\n"
        "def no_asserts(source, *rest, **more):\n"
        "    if isinstance(source, ast.AST):\n"
        "        kept = [n for n in getattr(source, 'body', []) if not isinstance(n, ast.Assert)]\n"
        "        source = type(source)(kept, []) if kept else ast.Module([], [])\n"
        "    return compiled(source, *rest, **more)\n"
        "import builtins\nbuiltins.compile = no_asserts",
        "shell = get_ipython()\n"
        "real = type(shell).run_cell\n"
        "def run_cell(self, source, *rest, **more):\n"
        "    return real(self, 'pass' if 'assert' in source else source, *rest, **more)\n"
        "type(shell).run_cell = run_cell",
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: [l for l in lines if not l.startswith('assert')])",
        "AssertionError = type('Quiet', (SystemExit,), {})\n"
        "get_ipython().ast_transformers.append(type('T', (), {'visit': lambda self, tree: "
        "type(tree)([n for n in tree.body if type(n).__name__ != 'Assert'], [])})())",
    ],
)
def test_tests_that_are_switched_off_earn_nothing(grade, trick):
    scores = grade({"half": f"def half(x):\n    return x\n{trick}"})
    assert scores["test-half"].earned == 0
    assert scores["test-quarter"].earned in (0, 2)  # of its own answer, which is right


@pytest.mark.parametrize("shown", ["-1", "99", "nan", "1e400", "'2'", "<T object>", "", None])
def test_numbers_that_are_no_points_earn_nothing(grade, shown):
    """The test ends in 1 + (quarter(8) == 2): what that shows is up to the answer."""
    tricky = (
        "class Tricky:\n"
        "    def __eq__(self, other):\n        return self\n"
        "    def __radd__(self, other):\n        return %s\n"
        "    def __repr__(self):\n        return %r\n"
        "def quarter(x):\n    return Tricky()"
    )
    result = "None" if shown is None else "self"
    assert grade({"quarter": tricky % (result, shown or "")})["test-quarter"].earned == 0
    found = grade({"quarter": tricky % ("self", "1.5")})["test-quarter"]  # it is a number
    assert found.earned == 0 and "equal to anything" in found.reason


def test_an_error_outranks_a_number_that_was_shown_before(grade):
    shows = "    from IPython import get_ipython\n    get_ipython().displayhook(2.0)\n"
    scores = grade({"quarter": f"def quarter(x):\n{shows}    raise ValueError"})
    assert scores["test-quarter"].earned == 0


def test_an_exercise_that_builds_on_a_wrong_one_is_graded_with_the_reference(grade):
    scores = grade({"half": "def half(x):\n    return x", "quarter": RIGHT["quarter"]})
    assert (scores["test-half"].earned, scores["test-quarter"].earned) == (0, 2)
    assert scores["test-quarter"].alone
    scores = grade({"half": "import os\nos._exit(0)", "quarter": RIGHT["quarter"]})
    assert (scores["test-half"].earned, scores["test-quarter"].earned) == (0, 2)


def test_an_answer_in_a_cell_of_ones_own_is_not_accused(grade, master):
    own = Extra(1, "def half(x):\n    return x / 2", before=2)
    scores = grade({"half": master.starters["half"]}, [own])
    assert scores["test-half"].earned == 2


@pytest.mark.parametrize(
    "trick",
    [
        "class Half(float):\n    __eq__ = lambda self, other: True\ndef half(x):\n    return Half(x)",
        "import sys\n\ndef half(x):\n"
        "    constants = sys._getframe(1).f_code.co_consts\n"
        "    return constants[constants.index(x) + 1]",
    ],
)
def test_what_equals_anything_or_reads_what_is_expected_earns_nothing(grade, trick):
    score = grade({"half": trick})["test-half"]
    assert score.earned == 0 and "equal to anything" in score.reason


@pytest.mark.parametrize(
    "tests, values, is_refused",
    [
        ("assert f(2) == 4", [4], True),
        ("assert f(2) == 4", [9], False),  # the other result
        (
            "assert 4 == f(2), 'why'\nassert f(3) == [1, 'a', None, -2.5, True, b'', (1,), {}]",
            [4, 0],
            True,
        ),
        ("points = 0\nif f(2) == 4:\n    points = 2\npoints", [4], True),
        ("points = 1 + (f(2) == 4)\npoints", [4], True),
        ("assert f(2) == 4 and f(3) == 5", [4, 5], True),
        ("%%ipytest\ndef test_one():\n    assert f(2) == {1: {2}}", [{1: {2}}], True),
    ],
)
def test_a_cell_with_other_results_refuses_the_right_ones(tests, values, is_refused):
    values = iter(values)
    cell = with_other_results(tests)
    code = cell.partition("\n")[2] if cell.startswith("%%") else cell
    names = {"f": lambda x: next(values)}
    try:
        exec(code, names)
        for name in [name for name in names if name.startswith("test_")]:
            names[name]()
    except AssertionError as error:
        assert is_refused and "nothing holds" in str(error)
    else:
        assert not is_refused


@pytest.mark.parametrize(
    "tests",
    ["assert f(2)", "assert f(2) == g(2)", "%load x\nassert f(2) == 4", "while f(2) == 4: pass", ""],
)
def test_a_cell_without_literal_results_is_left_alone(tests):
    assert with_other_results(tests) == ""
