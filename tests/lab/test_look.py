"""Errors in a notebook: short, about the student's own lines, and never a second error."""

import re

import nbconvert
import pytest
from nbformat import v4

from tests.lab.running import run_cells, shown
from webcourse.lab import look

MOST_LINES = 16

CELLS = {
    "unwritten": '''
def respond(status):
    """The answer."""
    raise NotImplementedError  # your code here

class Router:
    def match(self, path):
        raise NotImplementedError  # your code here
''',
    "calls the unwritten": "print(1)\nrespond(200)",
    "calls the unwritten method": "Router().match('/')",
    "is unwritten itself": "raise NotImplementedError  # your code here",
    "unwritten in a group": '''
import asyncio

async def fetch():
    raise NotImplementedError  # your code here

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fetch())

asyncio.run(main())
''',
    "not written in a library": "import asyncio\nasyncio.AbstractEventLoop().time()",
    "not supported, in the student's words": 'raise NotImplementedError("no chunked bodies")',
    "in a library": '''
import json

def first(text):
    return json.loads(text)[0]

print("before")
first("[")
''',
    "in a group": '''
async def fail(n):
    raise ValueError(f"number {n}")

async def both():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail(1))
        group.create_task(fail(2))

asyncio.run(both())
''',
    "recursion": "def again(n):\n    return again(n + 1)\n\nagain(0)",
    "top-level await": "await fail(3)",
    "of another": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('bad') from error",
    "long": "raise ValueError('line\\n' * 100)",
    "wide": "raise ValueError('x' * 10_000)",
    "syntax": "x = = 1",
    "syntax at run time": "eval('1 +')",
    "unknown magic": "%nosuchmagic",
    "renders itself": '''
class Report(Exception):
    def _render_traceback_(self):
        return ["one", "two"]

raise Report("text")
''',
    "cannot be told": '''
class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no")

raise Mute()
''',
    "interrupt": "raise KeyboardInterrupt",
    "virtual time": "with lab.virtual_time():\n    asyncio.run(asyncio.Event().wait())",
    "wrong use of the kit": 'lab.charts.bars({}, x="s", alt="None.")',
    "after all": "print('still here')",
}


@pytest.fixture(scope="module")
def outputs():
    return dict(zip(CELLS, run_cells(*CELLS.values())))


@pytest.fixture(scope="module")
def said(outputs):
    return {name: shown(each) for name, each in outputs.items()}


@pytest.mark.parametrize("name", [name for name in CELLS if name not in ("unwritten", "after all")])
def test_every_error_is_short_and_free_of_libraries(outputs, said, name):
    text = said[name]
    assert text and len(text.splitlines()) <= MOST_LINES, text
    if "syntax" not in name and name != "cannot be told":
        assert "site-packages" not in text and "/lib/python" not in text and "look.py" not in text
        assert "\x1b" not in text
        errors = [output for output in outputs[name] if output.output_type == "error"]
        assert len(errors) == 1 or name == "unknown magic"
    assert max(map(len, text.splitlines())) <= 200


def test_what_is_not_written_yet_is_named(said):
    assert said["calls the unwritten"].splitlines() == [
        "1",
        "respond() is not written yet.",
        "Put your code in place of `raise NotImplementedError` (Cell In[2]) and run that cell.",
        "It was called in Cell In[3], line 2.",
    ]
    assert said["calls the unwritten method"].startswith("Router.match() is not written yet.")
    assert said["unwritten in a group"].startswith("fetch() is not written yet.")
    assert "not written" not in said["not written in a library"]
    assert said["is unwritten itself"].startswith("Cell In[5], line 1: not written yet.")
    assert "NotImplementedError: no chunked bodies" in said["not supported, in the student's words"]


def test_the_students_lines_are_shown_and_no_others(said):
    assert said["in a library"].splitlines()[:7] == [
        "before",
        "Cell In[9], line 7",
        '  first("[")',
        "Cell In[9], line 4, in first",
        "  return json.loads(text)[0]",
        "         ^^^^^^^^^^^^^^^^",
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)",
    ]


def test_a_group_names_what_it_holds_and_where(said):
    lines = said["in a group"].splitlines()
    assert "  - ValueError: number 1 (Cell In[10], line 2, in fail)" in lines
    assert "  - ValueError: number 2 (Cell In[10], line 2, in fail)" in lines


def test_many_calls_become_one_line(said):
    assert re.search(r"^… \d+ more calls$", said["recursion"], re.MULTILINE)
    assert said["recursion"].splitlines()[-1].startswith("RecursionError")


def test_the_cause_is_one_line(said):
    assert said["of another"].splitlines()[-2:] == ["ValueError: bad", "The cause was KeyError: 'a'"]


def test_a_syntax_error_points_at_its_place(said):
    plain = re.sub(r"\x1b\[[\d;]*m", "", said["syntax"])
    assert "x = = 1" in plain and "^" in plain and "SyntaxError: invalid syntax" in plain


def test_an_error_that_renders_itself_is_left_alone(said):
    assert said["renders itself"] == "one\ntwo"


def test_virtual_time_says_who_waits(said):
    assert "VirtualTimeError: endless wait" in said["virtual time"]


def test_the_kernel_and_the_trimming_go_on(outputs, said):
    assert said["after all"] == "still here\n"
    assert not any("Custom TB Handler failed" in text for text in said.values())


def test_the_name_and_message_of_an_error_stay_for_programs(outputs):
    error = outputs["in a library"][-1]
    assert error.ename == "JSONDecodeError"
    assert error.evalue == "Expecting value: line 1 column 2 (char 1)"


def test_a_plain_python_has_nothing_to_trim():
    look.trim_tracebacks(None)


def test_the_style_means_nothing_to_nbconvert():
    html = look.style()
    assert html.startswith("<style>") and html.endswith("</style>")
    output = v4.new_output("display_data", data={"text/html": html})
    locked = v4.new_code_cell("x = 1", metadata={"editable": False}, outputs=[output])
    page, _ = nbconvert.HTMLExporter().from_notebook_node(v4.new_notebook(cells=[locked]))
    body = page[page.index("<main>") if "<main>" in page else page.index("<body"):]
    assert "aria-readonly=" not in body.replace('[aria-readonly="true"]', "")
