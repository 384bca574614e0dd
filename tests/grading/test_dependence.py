"""When can one answer have a hand in another exercise? When in doubt, it can."""

import pytest

from webcourse.grading.dependence import may_touch

GIVEN = "import math\n\nRATES = {'a': 1}\n\ndef rate(name):\n    return RATES[name] * area(2)"
EXERCISE = (
    "def volume(n):\n    text = [i for i in range(n)]\n    return sum(text) + math.pi",
    "%%ipytest\nassert volume(3) == 6",
)


@pytest.mark.parametrize(
    "answer",
    [
        "def area(n):\n    text = sorted(range(n))\n    return sum(text) * math.pi",
        "class Stack:\n    def push(self, item):\n        self.items = [item]",
        "import json\nLIMIT = 3\n\ndef area(n):\n    '''One.'''\n    return json.dumps(n)",
        "@dataclass(frozen=True)\nclass Size:\n    n: int = 3\n\n    @property\n    def m(self):\n        return 1",
        "class Count:\n    def drop(self, key):\n        del self.seen[key]\n        last = Count()\n        last.n = 1",
        "seen = set()\nlog = logging.getLogger(__name__)\nSIZES = {'s': lambda n: n.upper()}",
        "import sys\nimport inspect\n\ndef area(f):\n    return inspect.signature(f), sys.exc_info()",
        "import threading\nlock = threading.Lock()",
        "import os.path as path\n\ndef area(n):\n    return math.pi * len(path.join(n, 'a'))",
        "import math\n\ndef area(n):\n    return math.pi",
        "def area(n:",  # runs not at all
        "",
    ],
)
def test_what_only_defines_other_names_does_not(answer):
    assert not may_touch(answer, EXERCISE, [GIVEN])


@pytest.mark.parametrize(
    "answer",
    [
        "def volume(n):\n    return 1",
        "sum = 3",
        "def range(n):\n    return []",
        "from pathlib import *",
        "def area(n):\n    math.pi = 3",
        "def area(n):\n    setattr(math, 'pi', 3)",
        "import builtins",
        "print('hello')",
        "area = exec('sum = 3')",
        "def area(n):\n    global sum\n    sum = n",
        "@register\ndef area(n): ...",
        "class Stack:\n    math.pi = 3",
        "math = None",
        "import numpy as math",
        "import math\nmath.tau = 3",
        "import math as m\n\ndef area(n):\n    m.pi = 3",
        "def area(n):\n    import math\n    math.pi = 3",
        "def area(n):\n    RATES['a'] = 3\n    return helper().n",
        "def area(n):\n    helper().n = 3",
        "def area(n=start()):\n    pass",
        "class Stack(made()):\n    pass",
        "class Stack(list, metaclass=make()):\n    pass",
        "import sys\n\ndef area(n):\n    return sys.modules",
        "import sys as inspect\n\ndef area(n):\n    return inspect.signature(n)",
        "from inspect import *",
        "del sum",
        "SIZES = {'s': helper(3)}",
        "%matplotlib inline",
        "get_ipython().ast_transformers.append(None)",
    ],
)
def test_what_may_change_it_does(answer):
    assert may_touch(answer, EXERCISE, [GIVEN])


def test_given_code_may_stand_between():
    uses = ["def price(name):\n    return rate(name)"]
    assert may_touch("def area(n):\n    return n", uses, [GIVEN])
    assert not may_touch("def other(n):\n    return n", uses, [GIVEN])
    assert may_touch("RATES = {}", uses, [GIVEN])


def test_names_may_be_looked_up_as_text():
    given = ["parts = lab.pieces(globals(), {'Router': ('router', None)})"]
    uses = ["def app():\n    return parts.Router()"]
    assert may_touch("class Router:\n    pass", uses, given)
    assert not may_touch("class Route:\n    pass", uses, given)


def test_an_exercise_that_cannot_be_read_may_depend_on_anything():
    assert may_touch("def area(n):\n    return n", ["def volume(n:"], [])
    assert may_touch("def area(n):\n    return n", EXERCISE, ["%matplotlib inline"])
