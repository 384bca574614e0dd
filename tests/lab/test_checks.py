"""The checks: what is run, what is kept, what a student sees."""

import collections
import http
import json
import linecache
import types

import pytest

from webcourse.lab import checks
from webcourse.lab.checks import judge, report
from webcourse.lab.plain import DEPTH, Other, encode, plain

LABEL = "# 1.7 · thing-basics · 3 points · locked\nimport pytest\n\n"


def verdict(answer, tests, seed="s"):
    names = {"__name__": "__main__"}
    linecache.cache["<cell>"] = (len(answer), None, answer.splitlines(True), "<cell>")
    exec(compile(answer, "<cell>", "exec"), names)
    return judge(LABEL + tests, names, seed)


def lines(answer, tests):
    return report(verdict(answer, tests))


def test_a_right_answer_passes_and_its_values_are_kept():
    found = verdict(
        "def double(n): return 2 * n",
        "def test_doubles(see):\n    'Twice.'\n    assert see(double(2)) == 4\n",
    )
    assert found.passed and (found.number, found.name, found.points) == ("1.7", "thing-basics", 3)
    assert found.as_json()["checks"][0]["seen"] == [4]
    assert report(found) == [
        "✓ doubles",
        "1 of 1 visible checks pass, 3 of 3 points; grading adds examples of the same rules.",
    ]


def test_a_failure_shows_call_expectation_value_and_rule():
    assert lines(
        "def double(n): return n",
        "N = 21\n\ndef test_doubles(see):\n    'The result is twice the number.'\n"
        "    assert see(double(N)) == 2 * N\n",
    )[:5] == [
        "✗ doubles",
        "    called    double(21)",
        "    expected  42",
        "    got       21",
        "    rule      The result is twice the number.",
    ]


@pytest.mark.parametrize("value", ["[*range(99)]", "{1, 2}", "b'x' * 99", "[3]"])
def test_an_exception_shows_what_was_expected_under_a_name(value):
    shown = lines(
        "def first(items):\n    return items[0]",
        f"def test_it(see):\n    'R.'\n    expected = {value}\n    assert see(first([])) == expected\n",
    )
    assert shown[2].startswith(f"    expected  {repr(eval(value))[:60]}")


def test_an_exception_shows_the_students_line():
    shown = lines(
        "def first(items):\n    return items[0]",
        "def test_empty(see):\n    'None for nothing.'\n    assert see(first([])) is None\n",
    )
    assert shown[1:6] == [
        "    called    first([])",
        "    expected  None",
        "    got       IndexError: list index out of range",
        "    where     first, line 2: return items[0]",
        "    rule      None for nothing.",
    ]


def test_the_starter_and_a_missing_name_are_told_apart():
    check = "def test_it(see):\n    'One.'\n    assert see(one()) == 1\n"
    starter = lines("def one():\n    raise NotImplementedError", check)
    assert starter[0].startswith("✗ not written yet") and len(starter) == 2
    assert "no name 'one'" in lines("", check)[3]


def test_cases_of_a_check_count_and_the_first_failure_is_shown():
    shown = lines(
        "def double(n): return 4",
        "@pytest.mark.parametrize('n, expected', [(2, 4), (3, 6), pytest.param(4, 8)])\n"
        "@pytest.mark.parametrize('again', [1, 2])\n"
        "def test_doubles(see, n, expected, again):\n    'Twice.'\n"
        "    assert see(double(n)) == expected\n",
    )
    assert shown[0] == "✗ doubles (4 of 6 cases fail, the first one)"
    assert shown[1] == "    called    double(3)"


def test_long_values_are_cut_to_their_first_difference():
    shown = lines(
        "def text(): return 'a' * 500 + 'b'",
        "def test_text(see):\n    'A.'\n    assert see(text()) == 'a' * 500 + 'c'\n",
    )
    assert shown[2].endswith("aaac'") and shown[3].endswith("aaab'")


@pytest.mark.parametrize(
    "answer",
    [
        "def f(n): raise SystemExit",
        "def f(n): raise BaseException('no')",
        "def f(n): raise ValueError('x\\n' * 50)",
        "def f(n): return 'x' * 10_000",
        "def f(n): print('y' * 10_000); print(1); return 0",
        "def f(n): return object()",
        "async def f(n): return n",
        "def f(): return 1",
        "f = 3",
        "def f(n):\n    return f(n)",
    ],
)
def test_whatever_an_answer_does_a_check_has_at_most_eight_lines(answer, capsys):
    rule = "A rule that is long enough to need a second line in the report, and then a third. " * 3
    found = verdict(answer, f"def test_it(see):\n    {rule!r}\n    assert see(f(1)) == 1\n")
    assert not found.passed
    assert 2 <= len(found.checks[0].report) <= 8
    assert all(len(line) <= 100 for line in found.checks[0].report)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_what_the_answer_prints_is_shown_on_failure():
    shown = lines(
        "def f(): print('here'); print('there'); return 0",
        "def test_it(see):\n    'One.'\n    assert see(f()) == 1\n",
    )
    assert "    printed   here / there" in shown


HIDDEN = (
    "def test_visible(see):\n    'Shown.'\n    assert see(f(1)) == 1\n\n"
    "### BEGIN HIDDEN TESTS\n"
    "def test_secret(see):\n    'The stated rule.'\n    assert see(f(7_654_321)) == 7_654_321\n"
    "### END HIDDEN TESTS\n"
)


def test_a_hidden_check_shows_its_rule_and_nothing_else():
    found = verdict("def f(n): return 1", HIDDEN)
    assert [c.hidden for c in found.checks] == [False, True]
    text = "\n".join(report(found))
    assert "one more example of a stated rule" in text and "The stated rule." in text
    assert "7654321" not in text and "secret" not in text


def test_rng_depends_on_the_seed_and_on_nothing_else():
    tests = "def test_it(see, rng):\n    'R.'\n    assert see(rng.random()) < 1\n"
    seen = [verdict("", tests, seed).checks[0].seen for seed in ("a", "a", "b")]
    assert seen[0] == seen[1] != seen[2]


def test_see_error_names_what_was_raised():
    found = verdict(
        "def f(error): raise error('text')\nasync def g(): raise LookupError",
        "async def test_it(see):\n    'R.'\n"
        "    assert see.error(ValueError, f, UnicodeError) == 'ValueError'\n"
        "    assert see.error(ValueError, f, KeyError) == 'KeyError'\n"
        "    assert see.error(ValueError, str) == 'no error'\n"
        "    assert see.error(ValueError, f, ValueError, message=True) == 'ValueError: text'\n"
        "    assert await see.aerror(LookupError, g) == 'LookupError'\n",
    )
    assert found.passed, report(found)


def test_a_value_that_equals_everything_does_not_pass():
    answer = "class Yes:\n    def __eq__(self, other): return True\n\ndef f(): return Yes()"
    found = verdict(answer, "def test_it(see):\n    'R.'\n    assert see(f()) == 1\n")
    assert not found.passed and found.checks[0].seen == [{"other": "Yes"}]


def test_a_check_of_another_cell_is_not_run_again():
    names = {"__name__": "__main__", "test_stale": lambda: 1 / 0}
    found = judge(LABEL + "def test_new(see):\n    'R.'\n    assert see(1) == 1\n", names, "s")
    assert [c.name for c in found.checks] == ["test_new"] and found.passed


def test_a_cell_without_checks_earns_nothing():
    found = verdict("", "")
    assert not found.passed
    assert report(found) == ["✗ this cell holds no checks: get a fresh copy of the notebook"]


def test_the_verdict_is_json():
    found = verdict("def f(n): return {1: (2, {3}, b'4', 5.0, None)}", HIDDEN)
    assert json.loads(json.dumps(found.as_json()))["cell"] == "thing-basics"


def test_a_failed_cell_renders_as_the_report_alone():
    error = checks.ChecksFailed(["✗ one", "✗ two"])
    assert error._render_traceback_() == ["✗ one", "✗ two"]


# ------------------------------------------------------------------ plain data

Point = collections.namedtuple("Point", "x y")


class Liar(int):
    def __eq__(self, other):
        return True

    def __int__(self):
        return 42

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "value, expected",
    [
        (http.HTTPStatus.OK, 200),
        (collections.OrderedDict(a=1), {"a": 1}),
        (Point(1, [2]), (1, [2])),
        (types.SimpleNamespace, None),
        (Liar(7), 7),
        (bytearray(b"x"), b"x"),
        (True, True),
        (frozenset({1}), frozenset({1})),
    ],
)
def test_plain_reduces_to_exact_built_in_types(value, expected):
    if expected is None:
        assert isinstance(plain(value), Other)
    else:
        assert plain(value) == expected and type(plain(value)) is type(expected)


def test_nesting_ends_somewhere():
    value = []
    value.append(value)
    for _ in range(DEPTH):
        value = value[0]
    assert "other" in json.dumps(encode(plain(value)))


def test_encodings_tell_types_apart_and_forget_order():
    distinct = [1, True, 1.0, "1", b"1", None, [1], (1,), {1}, {1: 1}, 2**60]
    encodings = {json.dumps(encode(v)) for v in distinct}
    assert len(encodings) == len(distinct)
    assert encode({"a": 1, "b": 2}) == encode({"b": 2, "a": 1})
    assert encode({3, 1, 2}) == encode({2, 3, 1})


def test_only_names_that_are_read_are_filled_in():
    shown = lines(
        "def f(n): return 0",
        "def test_it(see):\n    'One.'\n    n = 9\n"
        "    assert see([f(n) for n, *m in [(1, 2)]]) == [n]\n",
    )
    assert "for n, *m in [(1, 2)]" in shown[1]


def test_the_place_of_an_endless_wait_is_the_students():
    shown = lines(
        "import asyncio, contextlib\n"
        "@contextlib.asynccontextmanager\nasync def lock():\n"
        "    await asyncio.Event().wait()\n    yield\n"
        "async def f():\n    async with lock():\n        pass\n",
        "async def test_it(see, clock):\n    'One.'\n    assert see(await f()) == 1\n",
    )
    assert shown[1].startswith("    got       endless wait")
    assert "f() in line 7: async with lock():" in shown[2]


def test_checks_that_cannot_start_say_why():
    found = verdict("", "N = missing + 1\n\ndef test_it(see):\n    'One.'\n    assert see(N) == 1\n")
    assert not found.passed
    assert report(found)[:2] == [
        "✗ the checks can start",
        "    got       no name 'missing': is it written, and has its cell been run?",
    ]


def test_of_much_that_is_printed_the_end_is_shown():
    shown = lines(
        "def f():\n    for n in range(100): print('line', n)\n    return 0",
        "def test_it(see):\n    'One.'\n    assert see(f()) == 1\n",
    )
    assert shown[4].startswith("    printed   …") and shown[4].endswith("line 99")


def test_a_starter_that_a_check_calls_in_see_error_is_not_written_either():
    shown = lines(
        "def f(): raise NotImplementedError",
        "def test_it(see):\n    'One.'\n    assert see.error(ValueError, f) == 'ValueError'\n",
    )
    assert shown[0].startswith("✗ not written yet") and len(shown) == 2


def test_what_is_written_shows_beside_what_is_not():
    shown = lines(
        "def f(): return 1\ndef g(): raise NotImplementedError",
        "def test_f(see):\n    'One.'\n    assert see(f()) == 1\n\n"
        "def test_g(see):\n    'Two.'\n    assert see(g()) == 2\n\n"
        "def test_more(see):\n    'Three.'\n    assert see(g()) == 3\n",
    )
    assert shown[0].startswith("✗ not written yet") and shown[1] == "✓ f" and len(shown) == 3


def test_of_many_failing_checks_the_later_ones_show_their_titles():
    tests = "".join(
        f"def test_{n}(see):\n    'One.'\n    assert see(f()) == {n + 1}\n\n" for n in range(9)
    )
    shown = lines("def f(): return 0", tests)
    assert shown[-2] == "✗ 8" and sum(line.startswith("✗") for line in shown) == 9
    in_full = sum(line.startswith("    rule") for line in shown)
    assert in_full == checks.REPORTED_IN_FULL


def test_a_value_that_cannot_stand_in_an_f_string_is_left_out():
    shown = lines(
        "def f(text): return 0",
        "def test_it(see):\n    'One.'\n    bad = '\\xa0'\n"
        "    assert see(f(f'a{bad}')) == 1\n",
    )
    assert shown[1].startswith("    called    f(f'a{")
