"""Cells that the zygote compiled beforehand, and silent ones, do what they would do otherwise."""

import pytest

from webcourse.grading import room

KNOWN = {
    "a value": "x = 20\nx + 1",
    "an error": "def f():\n    1 / 0\n\nf()",
    "an await": "import asyncio\nawait asyncio.sleep(0, 'waited')",
    "a magic": "%%capture printed\nprint('in vain')",
    "no code": "# nothing",
    "a function": "def g(n):\n    return n + base",
    "the future": "from __future__ import annotations\ndef k(n: missing): ...\nk.__annotations__",
    "a syntax error": "def (",
    "a check": "assert 1 == 2",
}
BEFORE, ADD, USE = "base = 3", "def g(n):\n    return n * base", "print(g(1))"
FUTURE = "from __future__ import annotations"
NAMES = "def h(n: missing): ...\nh.__annotations__"
DOUBLES = """
import ast
class Doubles(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(2 * node.value), node) if type(node.value) is int else node
get_ipython().ast_transformers.append(Doubles())
"""


@pytest.fixture(scope="module")
def rooms():
    with room.Rooms() as rooms:
        yield rooms


ALL = room.Prefix(known=(*KNOWN.values(), BEFORE, ADD, USE, FUTURE, NAMES), inline=True)
NONE = room.Prefix(inline=True)


def outcomes(rooms, sources, prefix=ALL, **named):
    """Status and outputs of cells in a fork of a zygote."""
    cells = [(str(number), source) for number, source in enumerate(sources)]
    results = rooms.run(room.job(cells, "s", room.Limits(), **named), prefix)
    return [(result["status"], result["outputs"]) for result in results]


@pytest.mark.parametrize("source", KNOWN.values(), ids=KNOWN)
def test_a_known_cell_runs_like_any_other(rooms, source):
    sources = [BEFORE, source, ADD, USE] if "g(" not in source else [BEFORE, source, USE]
    assert outcomes(rooms, sources, ALL) == outcomes(rooms, sources, NONE)


def test_a_known_cell_obeys_a_transformer_that_came_later(rooms):
    (_, doubled) = outcomes(rooms, [DOUBLES, KNOWN["a value"]])
    assert doubled[1][0]["data"]["text/plain"] == "42"


def test_a_known_cell_obeys_a_future_that_came_earlier(rooms):
    (_, told) = outcomes(rooms, [FUTURE, NAMES])
    assert told[0] == "ok" and told[1][0]["data"]["text/plain"] == "{'n': 'missing'}"


def test_a_cell_may_be_compiled_apart(rooms):
    ((_, told),) = outcomes(rooms, ["get_ipython().run_cell('1', shell_futures=False).success"])
    assert told[-1]["data"]["text/plain"] == "True"


def test_a_silent_cell_has_its_status_its_error_and_its_value_as_text(rooms):
    sources = ["1 / 0", "40 + 2", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"]
    (failed, value, chart) = outcomes(rooms, sources, silent={"0", "1", "2"})
    assert failed[0] == "error" and failed[1][0]["ename"] == "ZeroDivisionError"
    assert value[1][0]["data"] == {"text/plain": "42"}
    assert chart[0] == "ok" and all("image/png" not in output["data"] for output in chart[1])
    seen = outcomes(rooms, sources)
    assert seen[0][1][0]["traceback"]
    assert any("image/png" in output["data"] for output in seen[2][1])
