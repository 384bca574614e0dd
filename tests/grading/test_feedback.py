"""The page has points, reasons and reports; no hidden check, and nothing of the student's that acts."""

import base64
import re
from html import unescape

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from tests.grading import kit
from tests.grading.kit import SOLUTIONS
from tests.grading.pages import assert_inert
from webcourse.grading import autograded
from webcourse.grading.examine import examine
from webcourse.grading.feedback import make_page, render
from webcourse.grading.intake import Extra, Intake
from webcourse.grading.transplant import transplant

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
DIG = (
    "import linecache as c\nlines = [line for k, v in c.cache.items() if 'greet' in k for line in v[2]]"
)
PUBLISH = "from IPython.display import publish_display_data\npublish_display_data"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>"


@pytest.fixture
def page(master, reference, limits, run):
    """The page of answers and extra cells."""

    def page(answers=None, extras=(), points=None, notes=()):
        plan = transplant(master, Intake(answers or {}, list(extras)))
        examination = examine(plan, master, reference, limits, run)
        notebook = autograded.fill(plan, master, examination, list(notes))
        scores = {name: (score.earned, score.points) for name, score in examination.scores.items()}
        comments = autograded.comments(notebook)
        html = render(notebook, "1_lesson", scores | (points or {}), comments, 0)
        assert_inert(html)
        return html

    return page


def test_the_table_says_what_is_missing(page):
    html = page(
        {
            **SOLUTIONS,
            "greet": "def greet(name):\n    return 'Hello, Alice'",
            "total": "import os\nos._exit(0)",
        }
    )
    text = re.sub(r"<[^>]+>", " ", html)
    assert "The lesson: 5 of 9 points" in text
    rows = re.findall(r"<tr>(.+?)</tr>", html, re.DOTALL)
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert rows == [
        "Exercise Points What is missing",
        "1.1 · double 3 of 3",
        "1.2 · greet 2 of 3 ✗ any name is greeted (and 1 more)",
        "1.3 · total 0 of 3 it ended the Python process",
    ]
    assert 'class="nf">greet<' in html and 'class="nf">double<' in html


def test_a_failing_check_shows_its_report_and_a_hidden_one_its_rule(page):
    html = page({**SOLUTIONS, "greet": "def greet(name):\n    return 'Hello, Alice'"})
    assert "✗ any name is greeted" in html
    assert "expected" in html and "rule" in html
    assert "one more example of a stated rule" in html
    assert "secret" not in html and "hidden name" not in html and "BEGIN HIDDEN" not in html


@pytest.mark.parametrize(
    "dig",
    [
        "import linecache\nprint([v[2] for k, v in linecache.cache.items() if 'greet' in k])",
        f"{DIG}\nprint(''.join(lines))",
        "print(globals().get('In'))",
        f"{DIG}\nprint(repr(repr(''.join(lines))))",
    ],
)
def test_hidden_checks_that_are_dug_out_and_printed_are_not_shown(page, master, dig):
    html = page(SOLUTIONS, [Extra(len(master.notebook.cells) - 1, dig)])
    assert "a hidden name" not in html


def test_tests_that_a_student_copied_and_broke_are_shown_like_any_cell(page):
    copied = "%%ipytest\n# 1.1 · double-basics · 2 points · locked\ndef test_it("
    shown = unescape(re.sub("<[^>]*>", "", page(SOLUTIONS, [Extra(3, copied)])))
    assert "def test_it(" in shown and "9 of 9 points" in shown


def test_an_unattempted_exercise_shows_no_report(page):
    html = page({"double": SOLUTIONS["double"]})
    assert html.count("the starter, unchanged") == 2
    assert "not attempted" in html


@pytest.mark.parametrize(
    "source",
    [
        f"print({EVIL!r})",
        f"{EVIL!r}",
        f"raise ValueError({EVIL!r})",
        f"from IPython.display import *\ndisplay(HTML({EVIL!r}), Markdown({EVIL!r}), Javascript('f()'))",
        f"# {EVIL}\nx = 1",
        f"class X:\n    __repr__ = _repr_html_ = lambda self: {EVIL!r}\nX()",
        f"{PUBLISH}({{'text/html': {EVIL!r}, 'text/plain': {EVIL!r}, 'image/svg+xml': {EVIL!r}}})",
        f"{PUBLISH}({{'image/png': 'x\" onerror=\"alert(1)'}})",
        f"def greet(name):\n    print({EVIL!r})\n    return {EVIL!r}",
        f"class Evil(Exception):\n    pass\nEvil.__name__ = {EVIL!r}\nraise Evil",
        "print('\\x1b[31mred\\x1b[0m \\x00 \\udcff \\u202e')",
    ],
)
def test_nothing_of_a_submission_acts(page, source):
    html = page({"greet": source}, [Extra(2, source)])
    assert "\x1b" not in html and "\x00" not in html and "\u202e" not in html
    html.encode()


def test_notes_and_reasons_are_text(page):
    assert_inert(page({"greet": f"raise ValueError({EVIL!r})"}, notes=[EVIL]))


def test_images_are_kept_when_they_are_images(master):
    for data, kept in {PNG: 1, PNG[:-3]: 0, "x": 0, base64.b64encode(b"GIF89a").decode(): 0}.items():
        result = {
            "status": "ok",
            "outputs": [{"output_type": "display_data", "data": {"image/png": data}}],
        }
        assert len(autograded._outputs(result, errors_only=False)) == kept


def test_a_written_answer_is_sanitized(master):
    metadata = kit._nbgrader("essay", grade=True, solution=True, points=4)
    cell = new_markdown_cell(
        f"**Bold** [link](javascript:alert(1)) [ok](https://example.com) {EVIL}\n\n$x$",
        metadata=metadata,
    )
    cell.metadata.nbgrader.score = 3
    html = make_page(nbformat.v4.new_notebook(cells=[cell]), "x", 0)
    assert_inert(html)
    assert "<strong>Bold</strong>" in html and "3 of 4 points" in html and "javascript" not in html


def test_late_points_are_told(master):
    assert "2 points were taken off" in make_page(master.notebook, "x", 2)
