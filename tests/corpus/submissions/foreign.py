"""Submissions to a course that was not made with our kit: its checks are asserts, beside the answers.

What is expected is in the room here. That a check was disarmed is found out by asking it about wrong
answers and about other results; see `BEYOND` for what this cannot find out.
"""

import copy

from .. import plain_course
from ..submission import Submission, clean, write

DROP = """
import ast


class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


get_ipython().ast_transformers.append(Drop())
"""
WRONG = {
    "squares": "def squares(n):\n    return [i**3 for i in range(1, n + 1)]",
    "sum": "def sum_of_squares(n):\n    return -1",
    "reverse": "def reverse_words(text):\n    return text[::-1]",
    "stack": "class Stack:\n    pop = lambda self: 2\n    push = lambda self, item: None",
}
EXERCISES = {
    "squares": ("squares-1", "squares-2"),
    "sum": ("sum-1",),
    "reverse": ("reverse-1",),
    "stack": ("stack-1",),
}


def homework(name, what, answers=None, *, lost=(), change=None, **more):
    """Right answers but for *answers*. *lost*: names of answers, or a dict of tests cells to points."""

    def hand_in(world, folder):
        filled = {key: world.fill(clean(text), name) for key, text in (answers or {}).items()}
        for notebook in plain_course.NOTEBOOKS:
            made = plain_course.notebook(notebook, {**plain_course.right(), **filled})
            write(folder, (change(made) or made) if change else made, f"{notebook}.ipynb")

    if not isinstance(lost, dict):
        lost = {test: 0 for answer in lost for test in EXERCISES[answer]}
    return Submission(name, what, hand_in, lost, course="plain", **more)


def is_tests(cell):
    return cell["metadata"].get("nbgrader", {}).get("points") and cell["cell_type"] == "code"


def tamper(notebook):
    """Tests are deleted, edited, doubled and skipped."""
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        cells.append(cell)
        if not is_tests(cell):
            continue
        if number % 3 == 0:
            cells.pop()
        elif number % 3 == 1:
            cell["source"] = str(cell["metadata"]["nbgrader"]["points"])
            cells.append(copy.deepcopy(cell))
        else:
            cell["metadata"]["tags"] = ["skip-execution"]
    notebook["cells"] = cells


def one_notebook(world, folder):
    made = plain_course.notebook("problem1", plain_course.right())
    write(folder, made, "problem1.ipynb")


def blank(world, folder):
    for notebook in plain_course.NOTEBOOKS:
        write(folder, plain_course.notebook(notebook, {}), f"{notebook}.ipynb")


NOTHING = dict.fromkeys(plain_course.POINTS, 0)

SUBMISSIONS = [
    homework("plain-right", "right answers to a course of asserts"),
    Submission("plain-blank", "the notebooks as they were handed out", blank, NOTHING, course="plain"),
    Submission(
        "plain-one-notebook",
        "one of two notebooks",
        one_notebook,
        {"reverse-1": 0, "stack-1": 0},
        course="plain",
    ),
    homework(
        "plain-noisy",
        "right answers that log and warn when they are defined, and print when they are called",
        {
            "squares": """
                import logging
                import sys
                import warnings

                logging.warning("about to begin")
                warnings.warn("soon")
                print("beginning", file=sys.stderr)


                def squares(n):
                    print(n)
                    if not 0 < n <= LIMIT:
                        raise ValueError(n)
                    return [i * i for i in range(1, n + 1)]
            """,
        },
    ),
    homework(
        "plain-wrong-first",
        "a wrong answer, and a right one that builds on it",
        {"squares": WRONG["squares"]},
        lost=["squares"],
    ),
    homework(
        "plain-partial",
        "an answer that deserves one of three points, one that is right for the visible checks",
        {
            "sum": "def sum_of_squares(n):\n    return 1",
            "squares": "def squares(n):\n    return [i**2 for i in range(1, n + 1)]",
        },
        lost={"sum-1": 1, "squares-2": 0},
    ),
    homework(
        "plain-tampered",
        "wrong answers; tests deleted, edited, doubled and skipped",
        {"squares": WRONG["squares"], "reverse": WRONG["reverse"], "stack": WRONG["stack"]},
        lost=["squares", "reverse", "stack"],
        change=tamper,
    ),
    homework(
        "plain-exits",
        "an answer that ends the process, and an endless loop",
        {
            "sum": "import os\n\n\ndef sum_of_squares(n):\n    os._exit(0)",
            "stack": "while True:\n    pass",
        },
        lost=["sum", "stack"],
    ),
    homework(
        "plain-dropped-asserts",
        "wrong answers, and a hook that leaves every assert out",
        {"squares": WRONG["squares"] + "\n" + DROP, "stack": WRONG["stack"] + "\n" + DROP},
        lost=["squares", "stack"],
    ),
    homework(
        "plain-quiet-ipytest",
        "a wrong answer, and an ipytest that fails quietly",
        {"reverse": WRONG["reverse"] + "\n\n\nipytest.autoconfig(raise_on_error=False)"},
        lost=["reverse"],
    ),
    homework(
        "plain-no-magic",
        "a wrong answer, and a magic that does nothing",
        {
            "reverse": WRONG["reverse"]
            + "\n\n\nget_ipython().register_magic_function(lambda line, cell: None, 'cell', 'ipytest')"
        },
        lost=["reverse"],
    ),
    homework(
        "plain-forged-number",
        "a wrong answer, and a display that always shows the number three",
        {
            "sum": WRONG["sum"]
            + """


get_ipython().display_formatter.format = lambda value, *given, **named: ({"text/plain": "3"}, {})
"""
        },
        lost=["sum"],
    ),
    homework(
        "plain-too-many-points",
        "a wrong answer, and a display that shows a thousand points",
        {
            "sum": WRONG["sum"]
            + """


get_ipython().display_formatter.format = lambda value, *given, **named: ({"text/plain": "1000"}, {})
"""
        },
        lost=["sum"],
    ),
    homework(
        "plain-patched-builtins",
        "wrong answers, and exceptions and contexts that swallow failures",
        {
            "stack": WRONG["stack"]
            + """


import contextlib

pytest.raises = lambda *given, **named: contextlib.suppress(BaseException)
get_ipython().set_custom_exc((BaseException,), lambda *given: None)
get_ipython().showtraceback = get_ipython()._showtraceback = lambda *given, **named: None
"""
        },
        lost=["stack"],
    ),
    homework(
        "plain-solutions",
        "the solved notebook, by its path",
        {
            "squares": WRONG["squares"]
            + """


import glob
import json

for path in glob.glob("@COURSE@/source/*/*.ipynb") + glob.glob("../../source/*/*.ipynb"):
    for cell in json.load(open(path))["cells"]:
        if "def squares(" in "".join(cell["source"]):
            print("".join(cell["source"]))
            exec("".join(cell["source"]), globals())
"""
        },
        lost=["squares"],
    ),
    homework(
        "plain-equals-everything",
        "a list that is equal to every list, of numbers that are equal to every number",
        {
            "squares": """
                class Number(int):
                    __eq__ = lambda self, other: True


                class Numbers(list):
                    __eq__ = lambda self, other: True


                def squares(n):
                    if n < 1:
                        raise ValueError
                    return Numbers([Number(0)] * n)
            """
        },
        lost=["squares"],
    ),
    homework(
        "plain-frame-walk",
        "what is expected, read from the constants of the check that calls",
        {
            "sum": """
                import sys


                def sum_of_squares(n):
                    constants = sys._getframe(1).f_code.co_consts
                    return constants[constants.index(n) + 1]
            """
        },
        lost=["sum"],
    ),
]

# The checks of this course run beside the answers, with what they expect.
BEYOND = [
    homework(
        "plain-remembers",
        "what is expected, read from the constants of the first check that calls, and remembered",
        {
            "sum": """
                import sys

                known = {}


                def sum_of_squares(n):
                    constants = sys._getframe(1).f_code.co_consts
                    return known.setdefault(n, constants[constants.index(n) + 1])
            """
        },
        lost=["sum"],
    ),
]
