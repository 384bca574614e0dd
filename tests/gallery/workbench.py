"""Runs one answer through the checks of an exercise, as the notebook would, without a kernel."""

import ast
import contextlib
import functools
import io
import linecache
import os
import re
from dataclasses import dataclass
from pathlib import Path

from webcourse import lab
from webcourse.build import lesson as lessons
from webcourse.lab import checks
from webcourse.lab.syntax import parse

ROOT = Path(__file__).parents[2]
LESSONS = Path(os.environ.get("WEBCOURSE_LESSONS", ROOT / "lessons"))
STUB = "raise NotImplementedError  # your code here"
SOLUTION = re.compile(
    r"^(?P<indent> *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Exercise:
    """An exercise with what its checks need: everything that is given up to it."""

    slug: str
    lesson: str  # the file
    given: tuple  # sources
    solution: str
    tests: tuple  # sources, without the magic line

    @property
    def blank(self):
        """The starter, as nbgrader's release shows it."""
        return SOLUTION.sub(rf"\g<indent>{STUB}", self.solution)


def exercises(path):
    """All the exercises of a lesson file."""
    cells = lessons.read(path).cells
    for cell in cells:
        if cell.role != "exercise":
            continue
        tests = [c for c in cells if c.role == "tests" and c.name.startswith(cell.name + "-")]
        before = cells[: cells.index(tests[-1])]
        yield Exercise(
            slug=cell.name,
            lesson=str(path),
            given=tuple(c.source for c in before if c.role == "given" and c.name != "setup"),
            solution=cell.source,
            tests=tuple(c.source.removeprefix("%%ipytest").lstrip() for c in tests),
        )


@functools.cache
def all_exercises():
    """The exercises of every lesson, by slug."""
    return {e.slug: e for path in sorted(LESSONS.glob("*.md")) for e in exercises(path)}


@functools.cache
def _code(source, name):
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)  # for reports
    return compile(source, name, "exec")


def namespace(exercise, answer):
    """The notebook's names after the given cells and *answer* have run."""
    names = {"__name__": "__main__", "lab": lab}
    for number, source in enumerate(exercise.given):
        exec(_code(source, f"<given {number} of {exercise.slug}>"), names)
    exec(_code(answer, f"<answer {exercise.slug}>"), names)
    return names


@functools.cache
def verdicts_once(exercise, answer):
    """`verdicts`, run once: some wrong answers make every check wait for its time limit."""
    return verdicts(exercise, answer)


def verdicts(exercise, answer, seed="gallery", stop_early=False):
    """The Verdict of each tests cell on *answer*. An answer that does not even load fails all."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            names = namespace(exercise, answer)
        except Exception:  # the cells after it find no such name
            names = {"__name__": "__main__", "lab": lab}
        found = []
        for source in exercise.tests:
            found.append(checks.judge(source, names, seed, stop_early))
            if stop_early and not found[-1].passed:
                break
        return found


def earns_everything(exercise, answer):
    """Whether every check passes; stops at the first that does not."""
    return all(v.passed for v in verdicts(exercise, answer, stop_early=True))


def points(found):
    """The points that a list of verdicts is worth."""
    return sum(verdict.points for verdict in found if verdict.passed)


def run_and_show(cell, names):
    """Run a demonstration and return the value of its last expression, as a notebook shows it."""
    tree = parse(cell.source)
    filename = f"<cell at line {cell.line}>"
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), names)
    return eval(compile(ast.Expression(last.value), filename, "eval"), names) if last else None
