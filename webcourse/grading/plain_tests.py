"""Calls the plain tests of an `%%ipytest` cell, where pytest would do no more than that.

A run of pytest takes fifty milliseconds or more in a notebook's process, its tests nearly nothing. Tests
are plain when they are functions, with or without `parametrize`, and nothing else in the notebook has a
say in them: no fixture, no test class, no plugin, no file with settings. Where one fails, pytest runs as
well, for its report; what counts is what happened first.

Part of the room, for courses that use ipytest itself. Our lessons' checks have a runner of their own.
"""

import contextlib
import functools
import importlib.metadata
import inspect
import io
import logging
import os
import re
import sys
import tempfile
import time
import types
import unittest
import warnings
from collections.abc import Collection

from . import inside

PARAMETERS = set(
    "args module plugins addopts defopts display_columns coverage".split()
)  # of ipytest 0.14
OPTION = re.compile(r"-q+|--quiet|--color=\w+|--no-header|--tb=\w+|-p *no:[\w.-]+")
# They do nothing to a test without their fixtures and marks.
NEUTRAL = frozenset(
    "anyio asyncio hypothesispytest platformdirs time_machine xdist xdist.looponfail".split()
)
# What pytest calls or obeys, under these names or with the marks of these types.
HAS_A_SAY = re.compile(
    r"pytest_\w+|pytestmark|__test__|(setup|teardown)(_|$).*|(setUp|tearDown)Module|collect_ignore\w*|Test.*"
)
FIXTURE = "FixtureFunctionDefinition", "_pytestfixturefunction"  # type, or attribute before pytest 8.4
SETTINGS = frozenset(
    "conftest.py pytest.ini .pytest.ini pytest.toml .pytest.toml pyproject.toml tox.ini setup.cfg".split()
)
NOT_CALLED_ONLY = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
MOST = 60  # tests, whose dots fit into a line
COLUMNS = 100
GREEN, YELLOW, BOLD, PLAIN = "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
PASSED, FAILED = 0, 1  # exit codes of pytest


def install():
    """Let the ipytest that this process has imported call plain tests, and get pytest ready for others.

    Does nothing where ipytest is another than this module was written for, or pytest has plugins that it
    does not know.
    """
    ipytest = sys.modules["ipytest._impl"]
    if inspect.signature(getattr(ipytest, "_run_impl", lambda: None)).parameters.keys() != PARAMETERS:
        return
    if any(point.name not in NEUTRAL for point in importlib.metadata.entry_points(group="pytest11")):
        return
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        _import_plugins(ipytest)
    ipytest._run_impl = functools.partial(_run, ipytest._run_impl)


def _import_plugins(ipytest):
    """Run pytest on one test, as its first run imports what all others need."""
    module = types.ModuleType("nothing")
    module.test_nothing = lambda: None
    options = {"addopts": ("-qq", "-p", "no:cacheprovider"), "defopts": True, "display_columns": COLUMNS}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        ipytest._run_impl(module=module, plugins=(), coverage=False, **options)


def _run(pytest_run, *arguments, module, plugins, addopts, defopts, display_columns, coverage):
    """What stands for `ipytest._impl._run_impl`, which is *pytest_run*. Returns pytest's exit code."""
    quiet, color = _understood(" ".join([*addopts, *arguments]))
    cases = [] if plugins or coverage or not quiet or not defopts else _plain_cases(vars(module))
    again = functools.partial(
        pytest_run, *arguments, module=module, plugins=plugins, addopts=addopts, defopts=defopts,
        display_columns=display_columns, coverage=coverage,
    )  # fmt: skip
    if not 0 < len(cases) <= MOST or SETTINGS.intersection(os.listdir()):
        return again()
    started, warned = time.perf_counter(), 0
    for test, case in cases:
        problem, more = _call(test, case)
        warned += more
        if problem is not None:
            break
    else:
        seconds = time.perf_counter() - started
        print(_summary(len(cases), warned, seconds, quiet, color, display_columns or COLUMNS))
        return PASSED
    if isinstance(problem, _unclear()):
        return again()
    if inside.shell.silent:
        return FAILED
    code = again()
    if code == PASSED:
        print(f"{test.__name__} failed when it ran at first: {type(problem).__name__}: {problem}")
    return code or FAILED


def _call(test, case):
    """Call a test.

    Returns:
        tuple[BaseException | None, int]: what it raised, and the number of warnings.
    """
    output = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _quiet_logging():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                if test(**case) is not None:
                    return Returned(), len(caught)
            except inside.CellTimeout:
                raise
            except BaseException as error:  # such as SystemExit, which pytest takes for a failure
                return error, len(caught)
    return None, len(caught)


@contextlib.contextmanager
def _quiet_logging():
    """Take what is logged, as pytest does; `logging` would set up a handler of its own for good."""
    taker = logging.NullHandler()
    logging.getLogger().addHandler(taker)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(taker)


class Returned(Exception):
    """A test returned something, which has a meaning for some versions of pytest."""


def _unclear():
    """tuple[type, ...]: what a test may raise, or do, without a failure."""
    pytest = sys.modules["pytest"]
    return (
        pytest.skip.Exception,
        pytest.xfail.Exception,
        pytest.exit.Exception,
        KeyboardInterrupt,
        Returned,
    )


def _summary(passed, warned, seconds, quiet, color, columns):
    """str: what pytest prints when all tests pass, with -q as often as *quiet* says."""
    tone = YELLOW if warned else GREEN
    paint = (lambda text, tone: f"{tone}{text}{PLAIN}") if color else (lambda text, tone: text)
    lines = [paint(".", GREEN) * passed + paint("[100%]".rjust(columns - 1 - passed), tone)]
    if quiet == 1:
        counts = [paint(f"{passed} passed", GREEN if warned else GREEN + BOLD)]
        if warned:
            counts.append(paint(f"{warned} warning{'s' * (warned > 1)}", YELLOW + BOLD))
        lines.append(paint(", ".join(counts) + paint(f" in {seconds:.2f}s", tone), tone))
    return "\n".join(lines)


def _understood(line):
    """tuple[int, bool]: how often -q is in a line of pytest's options, and whether there is color; 0 if
    there is an option that may change what tests do, or what pytest shows where all pass."""
    rest = OPTION.sub("", line)
    options = [] if rest.strip() else OPTION.findall(line)
    quiet = sum(len(each) - 1 for each in re.findall(r"(?<!\S)-q+", line)) + line.count("--quiet")
    colors = re.findall(r"--color=(\w+)", line)  # the last one counts
    return (quiet if options else 0), colors[-1:] == ["yes"]


def _plain_cases(names):
    """list[tuple[Callable, dict]]: the tests in a namespace with the arguments of each call, in their
    order; none if one of the tests is not plain."""
    if any(HAS_A_SAY.fullmatch(name) or _has_a_say(value) for name, value in names.items()):
        return []
    tests = [value for name, value in names.items() if name.startswith("test") and callable(value)]
    cases = {test: _cases(test) for test in tests if _is_function(test)}
    if len(cases) < len(tests) or not all(cases.values()):
        return []
    return [(test, case) for test in tests for case in cases[test]]


def _has_a_say(value):
    """bool: whether a value is a fixture, or a class of tests under any name."""
    if isinstance(value, types.FunctionType):
        return FIXTURE[1] in vars(value)
    return type(value).__name__ == FIXTURE[0] or (
        issubclass(type(value), type) and issubclass(value, unittest.TestCase)
    )


def _is_function(test):
    """bool: whether a test is a function that does its work when it is called, with no more than marks."""
    is_bare = isinstance(test, types.FunctionType) and not set(vars(test)) - {"pytestmark"}
    return is_bare and not test.__code__.co_flags & NOT_CALLED_ONLY


def _cases(test):
    """list[dict]: the arguments of a test's calls; none where they are not its parameters, or its marks
    are more than one `parametrize` with rows that can be read again."""
    parameters = inspect.signature(test).parameters.keys()
    marks = getattr(test, "pytestmark", [])
    if not marks:
        return [] if parameters else [{}]
    mark, *more = marks
    if more or mark.name != "parametrize" or set(mark.kwargs) - {"ids"} or len(mark.args) != 2:
        return []
    names, rows = mark.args
    if not isinstance(rows, Collection):  # such as a generator, which pytest would find used up
        return []
    is_one = isinstance(names, str) and "," not in names  # in a list, one name has rows as well
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else [*names]
    try:
        rows = [(row,) if is_one else row for row in rows]
        if any(hasattr(part, "marks") for row in rows for part in (row, row[0])):  # made by pytest.param
            return []
        cases = [dict(zip(names, row, strict=True)) for row in rows]
    except (TypeError, ValueError):
        return []
    return cases if set(names) == parameters else []
