"""What checks expect never enters a room, and what they see stays the same."""

import ast

import pytest

from tests.gallery import workbench
from webcourse.grading.seal import is_ours, seal
from webcourse.lab import checks

HEAD = "%%ipytest\n# 1.1 · x-basics · 2 points · locked\n"
EXERCISES = workbench.all_exercises()


def sealed(body):
    """The sealed form of the body of a test function, behind its first line."""
    source = seal(HEAD + "def test_it(see, rng):\n" + "".join(f"    {b}\n" for b in body.split("\n")))
    return "\n".join(line.strip() for line in source.removeprefix(HEAD).splitlines()[1:])


@pytest.mark.parametrize(
    "body, left",
    [
        ("assert see(f(2)) == 42", "see(f(2))"),
        ('assert see(f("é")) == "ü"; g()', 'see(f("é")); g()'),
        ("assert see(f(\n2)) == {\n42}", "(see(f(\n2))\n)"),
        ("expected = rng.random()\nassert see(f()) == expected", "expected = None\nsee(f())"),
        ("expected = [\n1]\nassert see(f()) == [*expected]", "expected = (None\n)\nsee(f())"),
        ("expected = [1]\nexpected += [2]\nassert see(f()) == expected", "expected = None\nNone\nsee(f())"),
        ("expected = 5\nassert see(f(expected)) == expected", "expected = 5\nsee(f(expected))"),
        ("assert see.error(ValueError, f) == 'ValueError'", "see.error(ValueError, f)"),
        ("assert see(await f()) == 'x'", "see(await f())"),
    ],
)
def test_expected_values_are_taken_out(body, left):
    assert sealed(body) == left


def test_the_columns_of_parametrize_that_are_expected_are_emptied():
    source = HEAD + (
        "@pytest.mark.parametrize('sent, expected', [\n    ('a', 1),\n    ('b', [2,\n     3]),\n])\n"
        "def test_it(see, sent, expected):\n    assert see(f(sent)) == expected\n"
    )
    assert seal(source).removeprefix(HEAD) == (
        "@pytest.mark.parametrize('sent, expected', [\n    ('a', None),\n    ('b', (None\n)),\n])\n"
        "def test_it(see, sent, expected):\n    see(f(sent))\n"
    )


def test_only_cells_with_our_label_are_ours():
    assert is_ours(HEAD + "x")
    assert not is_ours("assert f() == 1")
    assert not is_ours("%%ipytest\ndef test_it():\n    assert f() == 1")


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_sealed_check_sees_what_the_check_sees(exercise):
    names = workbench.namespace(exercise, exercise.solution)
    for source in exercise.tests:
        closed = seal(f"%%ipytest\n{source}").removeprefix("%%ipytest\n")
        assert closed.count("\n") == source.count("\n")
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(closed)))
        for one, other in zip(seen(source, names), seen(closed, names), strict=True):
            assert one == other


def seen(source, names):
    return [(c.name, c.seen, c.passed, c.hidden) for c in checks.judge(source, names, "a seed").checks]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_in_every_tests_cell_a_check_keeps_nothing_of_what_it_expects(exercise):
    """A cell is worth its points only as a whole: one such check is enough to need a right answer."""
    for source in exercise.tests:
        tree = ast.parse(seal(f"%%ipytest\n{source}").removeprefix("%%ipytest\n"))
        functions = [n for n in tree.body if getattr(n, "name", "").startswith("test_")]
        assert any(not holds_expected(function) for function in functions)


def holds_expected(function):
    """Whether a name that begins with expected is bound to anything but None."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
            if any(name.startswith("expected") for name in names):
                return True
    return False
