"""Each gate finds its mistake, and tells it in one line with file, line and cure."""

import pytest

from webcourse.build.gates import GATES, mistakes
from webcourse.build.lesson import parse

from .conftest import LESSON

GOOD = LESSON.read_text(encoding="utf-8")
NAME = "lessons/1_status_lines.md"
FIRST_TEST = 'assert see(parse_status_line(SAMPLES["found"])) == ("HTTP/1.1", 200, "OK")'


def found_in(text):
    """The errors of a lesson's text, as lines."""
    return [str(error) for error in mistakes(parse(text, NAME))]


def test_the_lesson_of_these_tests_passes():
    assert found_in(GOOD) == []


def test_every_gate_says_what_it_demands():
    assert all(gate.__doc__ and gate.__doc__.endswith(".") for gate in GATES)


# what is replaced; by what; the line of the error in the faulty lesson; problem and cure
STRUCTURE = [
    ('given="status-samples"', 'given="setup"', 41,
     "two cells are named 'setup'; give each cell a name of its own"),
    ('given="status-samples"', f'given="{"x" * 65}"', 41, "a name of 65 characters; use at most 64"),
    ('python given="setup"', "python", 10,
     "the lesson does not begin with its setup; "
     'make the first code cell given="setup": '
     'from webcourse import lab, then lab.setup("status-lines")'),
    ('lab.setup("status-lines")', "lab.setup()", 10,
     "the lesson does not begin with its setup; "
     'make the first code cell given="setup": '
     'from webcourse import lab, then lab.setup("status-lines")'),
    ("## 1.1 · The", "## 1.1 The", 24,
     "the heading above 'status-line' has no number; write ## 1.7 · Noun: the point in words"),
    ("> **Easy** · 10 min · 3 points", "> **Easy**, 10 minutes, 3 points", 26,
     "exercise 1.1 has no badge that can be read; write > **Medium** · 10 min · 5 points · `topic`"),
    ("> **Easy**", "> **Tricky**", 26,
     "unknown difficulty 'Tricky'; use one of Easy, Medium, Hard, Capstone"),
    ("3 points ·", "4 points ·", 26, "Easy with 4 points; write 3 points"),
    ('details" points=1', 'details" points=2', 119,
     "'status-line-details' has 2 points; Easy means points=1"),
    ('tests="status-line-basics"', 'tests="status-line-base"', 103,
     "tests cell 'status-line-base' is not of this exercise; "
     "name it status-line-basics or status-line-details"),
    ("### Your turn\n\n", "", 24, "exercise 1.1 has no '### Your turn'; add it after the badge"),
    ("#### Try it", "#### Trial", 24,
     "exercise 1.1 has no '#### Try it'; add it after 'Hint 3: nearly the code'"),
    ("Hint 2: the shape of the answer", "Hint 2: the form", 24,
     "exercise 1.1 has no 'Hint 2: the shape of the answer'; add it after 'Hint 1: where to start'"),
    ("### What it buys", "### What for", 24,
     "exercise 1.1 has no '### What it buys'; add it after tests cell 'status-line-details'"),
    ("What production frameworks do", "In production", 24,
     "exercise 1.1 has no 'What production frameworks do'; add it after '### What it buys'"),
    ("How many blanks part the line into three?\n\n", "", 71,
     "'Hint 1: where to start' is empty; write the hint"),
    ("</details>\n\n\n#### Try it\n", "</details>\n\nNow try.\n\n#### Try it\n", 94,
     "JupyterLab would swallow this text after </details>; part it with two blank lines"),
    ("believes the server.\n\n</details>", "believes the server.", 174,
     "this <details> is not closed in its cell; "
     "end it with </details>, without two blank lines in between"),
    ("as a number:\n", "as a number:\n\n", 99,
     "'' would be folded back as '```python'; "
     "one blank line around a code cell, two between prose cells, none at the end"),
]  # fmt: skip

CODE = [
    ("import time\n\ntime.time()", "", 168, "an empty code cell; fill it, or leave it out"),
    ("print(object())", "print(object()", 160,
     "no valid Python ('(' was never closed); correct the code"),
    ("    return version, int(code), reason\n    ### END SOLUTION",
     "    return (\n        ### END SOLUTION\n        version, int(code), reason)", 58,
     "'status-line' without its solution is no valid Python; "
     "put the markers around whole statements"),
    ("print(object())", f'print("{"x" * 72}")', 160,
     "a line of 81 columns in a fence; break it; 79 fit"),
    ("Content-Length: 0", "X" * 80, 33, "a line of 80 columns in a fence; break it; 79 fit"),
    ("    ### BEGIN SOLUTION\n", "", 67,
     "'### END SOLUTION' without its other half; put the markers in pairs"),
    ("    ### END SOLUTION\n", "", 65,
     "'### BEGIN SOLUTION' without its other half; put the markers in pairs"),
    ("### END SOLUTION", "## END SOLUTION", 68,
     "a marker that reads '## END SOLUTION'; write ### END SOLUTION"),
    ("print(object())", "### BEGIN SOLUTION", 160,
     "'### BEGIN SOLUTION' in this cell; it belongs into an answer cell"),
    ("print(object())", "### END HIDDEN TESTS", 160,
     "'### END HIDDEN TESTS' in this cell; it belongs into a tests cell"),
    ("### END HIDDEN TESTS", "### BEGIN HIDDEN TESTS", 146,
     "'### BEGIN HIDDEN TESTS' without its other half; put the markers in pairs"),
    ('    >>> parse_status_line("HTTP/1.1 200 OK")\n    (\'HTTP/1.1\', 200, \'OK\')\n', "", 59,
     "the starter 'status-line' has no doctest line; "
     "add one line with >>> and its value to the docstring"),
    ('parts = line.split(" ", ...)',
     'version, code, reason = line.split(" ", 2)\nreturn version, int(code), reason', 71,
     "this cell shows what 'status-line' hides; leave out the deciding line"),
    ('    alt="Eight answers are 200, two are 500.",\n', "", 161,
     'a chart without words; say in alt="…" what it shows'),
    ('alt="Eight answers are 200, two are 500."', 'alt=""', 161,
     'a chart without words; say in alt="…" what it shows'),
]  # fmt: skip

NAMES = [
    ("import collections\n", "import collections\n\nSAMPLES = {}\n", 156,
     "'SAMPLES' is already a name of 'status-samples'; choose another name here"),
    ('SAMPLES["found"])) ==', "status_counts)) ==", 110,
     "'status_counts' comes from a demonstration (line 153), which is not there at grading; "
     "take it from a given cell above, or define it here"),
    ('SAMPLES["found"])) ==', "NOWHERE)) ==", 110,
     "'NOWHERE' is defined nowhere; define or import it in this cell or in a given cell above"),
    ('SAMPLES["found"].split()', "parse_status_line(str())", 43,
     "'parse_status_line' comes from 'status-line' (line 58), which is not there at grading; "
     "take it from a given cell above, or define it here"),
]  # fmt: skip

CHECKS = [
    ("%%ipytest\n# 1.1 · status-line-basics", "# 1.1 · status-line-basics", 104,
     "'status-line-basics' does not begin with %%ipytest; make that its first line"),
    ("1 point · locked", "1 points · locked", 121,
     "the label of 'status-line-details' does not agree; "
     "write # 1.1 · status-line-details · 1 point · locked"),
    ("# 1.1 · status-line-basics", "# 1.2 · status-line-basics", 105,
     "the label of 'status-line-basics' does not agree; "
     "write # 1.1 · status-line-basics · 2 points · locked"),
    ('    """The code is a number."""\n', "", 113,
     "test_any_code_is_a_number has no docstring; say the rule that it checks"),
    ("or be\n    empty", "or\n    be\n    empty", 129,
     "the rule of test_the_reason_is_the_rest has 3 lines; say it in 2"),
    ("test_a_line_has_three_parts(see)", "test_a_line_has_three_parts()", 108,
     "test_a_line_has_three_parts does not take see; add the argument see"),
    (f"    {FIRST_TEST}\n", "", 108,
     "test_a_line_has_three_parts asserts nothing; add assert see(…) == …"),
    ('(see, rng):\n    """The code is', '(see):\n    """The code is', 103,
     "no check of 'status-line-basics' takes rng; "
     "add one with random inputs: literal cases can be hard-coded"),
    ("def test_any_code_is_a_number", "def test_a_line_has_three_parts", 113,
     "two checks are named test_a_line_has_three_parts; "
     "give each a name of its own, or the first never runs"),
    (FIRST_TEST, FIRST_TEST.replace("see(", "len("), 110,
     "an assert without see; write assert see(…) == …"),
    ("[1]) == 200", "[1]) in (200, 201)", 140,
     "an assert of another form; write assert see(…) == …"),
    ("[1]) == 200", "[1]) == int()", 140,
     "'int()' is no expected value; use a literal, or a name that begins with expected"),
    ("[1]) == 200", "[1]) == rng", 140,
     "'rng' is no expected value; use a literal, or a name that begins with expected"),
    ('("HTTP/1.1 200 ", "")', '("HTTP/1.1 200 ",)', 127,
     "a case with 1 values for 2 names; give it one each for line, expected"),
    ('"line, expected"', '"row, expected"', 129,
     "test_the_reason_is_the_rest has no argument 'row'; add it, or take it out of parametrize"),
    ("(see, line, expected)", "(see, line, expected, tmp_path)", 129,
     "nothing gives test_the_reason_is_the_rest its argument 'tmp_path'; "
     "parametrize it; the fixtures are see, rng and clock"),
    ("    word = rng", "    print(rng)\n    word = rng", 137, "a check prints; leave out print"),
    ("### BEGIN HIDDEN TESTS\n", 'parse_status_line("")\n### BEGIN HIDDEN TESTS\n', 142,
     "a value at the end of a tests cell counts as points in nbgrader; "
     "assign it, or move it into a function"),
    ("import pytest\n", "import pytest\nfrom __main__ import SAMPLES\n", 123,
     "a tests cell imports __main__; the names of the notebook are there already"),
]  # fmt: skip

PROSE = [
    ("The number decides", "The number simply decides", 36, "the word 'simply'; leave it out"),
    ("The number decides", "Just the number decides", 36, "the word 'Just'; leave it out"),
    ("for people.", "for people!", 36, "an exclamation mark; end with a period"),
    ("for people.", "for people \U0001f600.", 36, "an emoji ('\U0001f600'); say it in words"),
    ("for people.", "for grey people.", 36, "British spelling 'grey'; write gray"),
    ("https://www.rfc", "http://www.rfc", 56,
     "the link 'http://www.rfc-editor.org/rfc/rfc9112#section-4'; "
     "write https:// and a host, #heading or another notebook's file name"),
    ("https://www.rfc-editor.org/rfc/rfc9112#section-4", "rfcs/9112.html", 56,
     "the link 'rfcs/9112.html'; write https:// and a host, #heading or another notebook's file name"),
    ("· RFC 9112", "· RFC 2616", 26,
     "RFC 2616 is obsolete; cite RFC 9110 (semantics), 9111 (caching) or 9112 (HTTP/1.1)"),
    ("rfc/rfc9112#", "rfc/rfc7807#", 56, "RFC 7807 is obsolete; cite RFC 9457"),
    ("· RFC 9112", "· RFC9112", 26, "the citation 'RFC9112'; write RFC 9112"),
    ("[RFC 9112, 4]", "[RFC 9112, section 4]", 56,
     "a section cited in another form; write RFC 9110, 13.1.2"),
]  # fmt: skip


@pytest.mark.parametrize("old, new, line, says", STRUCTURE + CODE + NAMES + CHECKS + PROSE)
def test_a_mistake_is_one_line_with_its_cure(old, new, line, says):
    assert old in GOOD
    assert found_in(GOOD.replace(old, new, 1)) == [f"{NAME}:{line}: {says}"]


def test_a_missing_tests_cell_is_told_once():
    start, end = GOOD.index('```python tests="status-line-details"'), GOOD.index("### What it buys")
    assert found_in(GOOD[:start] + GOOD[end:]) == [
        f"{NAME}:58: the tests cell 'status-line-details' is missing; "
        'add a cell with tests="status-line-details"'
    ]


def test_parts_in_another_order_are_told():
    hints, trial = GOOD.index("<details>"), GOOD.index("#### Try it")
    basics = GOOD.index('```python tests="status-line-basics"')
    moved = GOOD[:hints] + GOOD[trial:basics] + GOOD[hints:trial].rstrip() + "\n\n" + GOOD[basics:]
    assert found_in(moved) == [
        f"{NAME}:71: '#### Try it' stands before 'Hint 3: nearly the code'; move it behind",
        f"{NAME}:75: cell to try it stands before '#### Try it'; move it behind",
    ]


def test_a_second_exercise_counts_on_and_an_answer_needs_a_heading():
    second = GOOD[GOOD.index("## 1.1") :].replace("status-", "state-").replace("1.1 ·", "1.3 ·")
    second = second.replace("SAMPLES", "OTHERS").replace("parse_status", "parse_state")
    second = second.replace("status_", "state_")
    assert found_in(GOOD + "\n\n" + second) == [f"{NAME}:186: exercise 1.3 follows 1.1; number it 1.2"]


def test_a_second_answer_is_told():
    answer = GOOD[GOOD.index('```python exercise="status-line"') : GOOD.index("<details>")]
    other = answer.replace('"status-line"', '"more"').replace("parse_status", "parse_more")
    assert found_in(GOOD.replace(answer, answer + other)) == [
        f"{NAME}:71: 'more' is a second answer cell; give it a heading of its own, or join the two"
    ]


@pytest.mark.parametrize("word", [
    "`just` a name", "``a ` just``", "adjust", "`two\nlines, just`", "<!-- just -->",
    "[site](https://just.example.com/!)", "![chart](https://example.com/just.png)", "`a != b`",
    "[here](#just) and [next](2_just.ipynb)", "<https://just.example.com>",
])  # fmt: skip
def test_code_links_and_markup_are_no_prose(word):
    assert found_in(GOOD.replace("The number decides", f"The number {word} decides")) == []


@pytest.mark.parametrize("value", [
    "expected", "-1", "[expected, 1]", "{'a': (expected,)}", "set()", "expected[0]", "f'{expected}'",
    "expected | {1}",
])  # fmt: skip
def test_an_expected_value_is_built_from_literals_and_expected_names(value):
    assert found_in(GOOD.replace("== expected\n", f"== (\n        {value}\n    )\n", 1)) == []


def test_a_fragment_may_use_names_of_other_fragments():
    fragment = GOOD[GOOD.index("## 1.1") :].replace("SAMPLES = ", "OTHERS = ").replace(
        "SAMPLES[\"found\"].split()", "list(OTHERS)"
    )  # fmt: skip
    assert found_in(fragment) == []
