"""Plain tests of an `%%ipytest` cell are called, and the outcome is pytest's."""

import re

import pytest

from webcourse.grading import room

SETUP = "import ipytest\nimport pytest\n\nipytest.autoconfig()"
COUNT = """
import functools, ipytest._impl as impl
runs = []
def counting(*arguments, real=impl._run_impl.args[0], **named):
    runs.append(real(*arguments, **named))
    return runs[-1]
impl._run_impl = {run}
"""
CALLED, BY_PYTEST = "functools.partial(impl._run_impl.func, counting)", "counting"
TELL = "(int(ipytest.exit_code), len(runs))"


@pytest.fixture(scope="module")
def run():
    """Runs cells in a room; the texts that they display."""
    with room.Rooms() as rooms:

        def run(*sources, silent=()):
            cells = [(str(number), source) for number, source in enumerate([SETUP, *sources])]
            prefix = room.Prefix((SETUP,), inline=True)
            results = rooms.run(room.job(cells, "s", room.Limits(), silent=silent), prefix)
            assert [result["status"] for result in results] == ["ok"] * len(cells), results
            return [shown(result) for result in results[1:]]

        yield run


def shown(result):
    """str: what a cell printed, or its last line's value."""
    texts = [output.get("text") or output["data"]["text/plain"] for output in result["outputs"]]
    return "".join(texts)


def comparable(text):
    """str: without durations, and without the summary of warnings, which only pytest gives."""
    text = re.sub(r"(?s)\S*=+ warnings summary =.*?-- Docs: \S+\n", "", text)
    return re.sub(r"in \d+\.\d\ds", "in TIME", text)


def outcome(run, source, how, options="-qq", **named):
    """tuple[int, int]: pytest's exit code for a cell, and how often pytest ran."""
    *_, told = run(COUNT.format(run=how), f"%%ipytest {options}\n{source}", TELL, **named)
    return tuple(map(int, told.strip("()\n").split(",")))


PLAIN = {
    "two pass": "def test_a():\n    assert 1\n\ndef test_b():\n    print('x')",
    "cases": "@pytest.mark.parametrize('a, b', [(1, 1), (2, 2)])\ndef test_a(a, b):\n    assert a == b",
    "one argument": "@pytest.mark.parametrize('a', [1, (2, 3)], ids=['x', 'y'])\ndef test_a(a):\n    assert a",
    "one argument in a list": "@pytest.mark.parametrize(['a'], [(1,), (2,)])\ndef test_a(a):\n    assert a + 1",
    "a warning": "import warnings\ndef test_a():\n    warnings.warn('old')",
    "stderr": "import sys\ndef test_a():\n    sys.stderr.buffer.write(b'x')\n    print('y', file=sys.stderr)",
    "something logged": "import logging\ndef test_a():\n    logging.warning('x')\n    assert len(logging.root.handlers)",
    "raises": "def test_a():\n    with pytest.raises(KeyError):\n        {}[1]",
    "no tests of these": "tests = [1]\ntest_data = 3\ndef test_a():\n    pass",
}
FAILING = {
    "an assertion": "def test_a():\n    pass\n\ndef test_b():\n    assert [1] == [2]",
    "an error": "def test_a():\n    1 / 0",
    "a case": "@pytest.mark.parametrize('a', [1, 0])\ndef test_a(a):\n    assert a",
    "exit": "def test_a():\n    raise SystemExit(0)",
    "pytest.fail": "def test_a():\n    pytest.fail('no')",
    "at first only": "seen = []\ndef test_a():\n    seen.append(1)\n    assert len(seen) > 1",
}
UNCLEAR = {
    "skipped": "def test_a():\n    pytest.skip('later')",
    "expected to fail": "def test_a():\n    pytest.xfail('later')",
    "the end": "def test_a():\n    pytest.exit('enough', returncode=3)",
    "interrupted": "def test_a():\n    raise KeyboardInterrupt",
    "something returned": "def test_a():\n    return 1",
}
NOT_PLAIN = {
    "a fixture": "def test_a(tmp_path):\n    assert tmp_path",
    "a fixture for all": "@pytest.fixture(autouse=True)\ndef ready():\n    yield\n\ndef test_a():\n    assert 1",
    "a mark": "@pytest.mark.skip\ndef test_a():\n    assert 0",
    "marks of a case": "@pytest.mark.parametrize('a', [pytest.param(0, marks=pytest.mark.xfail)])\n"
    "def test_a(a):\n    assert a",
    "crossed cases": "@pytest.mark.parametrize('a', [1])\n@pytest.mark.parametrize('b', [1])\n"
    "def test_a(a, b):\n    assert a == b",
    "a class": "class TestIt:\n    def test_a(self):\n        assert 0",
    "a class of unittest": "import unittest\nclass It(unittest.TestCase):\n    def test_a(self):\n        assert 0",
    "no tests in here": "__test__ = False\ndef test_a():\n    assert 0",
    "set-up": "def setup_module():\n    global ready\n    ready = 1\n\ndef test_a():\n    assert ready",
    "a coroutine": "async def test_a():\n    assert 0",
    "a generator": "def test_a():\n    yield 1",
    "wrapped": "import functools\ndef test_b():\n    assert 0\n\n@functools.wraps(test_b)\ndef test_a():\n    pass",
    "an object": "test_a = functools.partial(print, 1)",
    "a missing argument": "@pytest.mark.parametrize('a', [1])\ndef test_a(a, b):\n    pass",
    "rows that do not fit": "@pytest.mark.parametrize('a, b', [(1, 2, 3)])\ndef test_a(a, b):\n    pass",
    "cases that are used up": "@pytest.mark.parametrize('a', (n for n in [0, 0]))\n"
    "def test_a(a):\n    assert a",
    "a test twice": "def test_a():\n    assert 0\n\ntest_b = test_a",
    "no cases": "@pytest.mark.parametrize('a', [])\ndef test_a(a):\n    assert 0",
    "no tests": "def check():\n    assert 0",
}


@pytest.mark.parametrize("source", PLAIN.values(), ids=PLAIN)
def test_what_passes_needs_no_pytest(run, source):
    assert outcome(run, source, CALLED) == (0, 0)
    assert outcome(run, source, BY_PYTEST) == (0, 1)


@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING)
def test_what_fails_is_reported_by_pytest(run, source):
    assert outcome(run, source, CALLED) == outcome(run, source, BY_PYTEST) == (1, 1)
    assert outcome(run, source, CALLED, silent={"2"}) == (1, 0)  # unless nobody reads it


@pytest.mark.parametrize("source", [*UNCLEAR.values(), *NOT_PLAIN.values()], ids=[*UNCLEAR, *NOT_PLAIN])
def test_everything_else_is_for_pytest(run, source):
    code, runs = outcome(run, source, CALLED, silent={"2"})
    assert (code, runs) == outcome(run, source, BY_PYTEST) and runs == 1


@pytest.mark.parametrize(
    "options", ["-v", "-x", "-k test_b", "-q --maxfail=1", "-q -W error", "--doctest-modules"]
)
def test_options_that_change_what_happens_are_for_pytest(run, options):
    source = "import warnings\ndef test_a():\n    warnings.warn('old')\n\ndef test_b():\n    pass"
    assert outcome(run, source, CALLED, options) == outcome(run, source, BY_PYTEST, options)
    assert outcome(run, source, CALLED, options)[1] == 1


def test_settings_beside_the_notebook_are_for_pytest(run):
    write = "from pathlib import Path\nPath('pytest.ini').write_text('[pytest]\\npython_functions = check_*')"
    source = "def test_a():\n    assert 0\n\ndef check_a():\n    pass"
    *_, told = run(COUNT.format(run=CALLED), write, f"%%ipytest\n{source}", TELL)
    assert told.strip() == "(0, 1)"


@pytest.mark.parametrize("options", ["", "-q", "--color=no"])
@pytest.mark.parametrize("source", ["def test_a():\n    print('x')", PLAIN["cases"], PLAIN["a warning"]])
def test_what_is_printed_looks_like_pytest(run, source, options):
    texts = [
        run(COUNT.format(run=how), f"%%ipytest {options}\n{source}")[-1] for how in (CALLED, BY_PYTEST)
    ]
    assert comparable(texts[0]) == comparable(texts[1])
    assert "[100%]" in texts[0]
