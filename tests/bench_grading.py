"""Measures what grading costs, as ratios. What is compared takes turns in one run. `make bench`, or:

python -m tests.bench_grading                     everything: an hour on two quiet cores
python -m tests.bench_grading --quick             from smaller numbers: a few minutes
python -m tests.bench_grading costs --course plain --rounds 1
python -m tests.bench_grading feedback copies

costs      nbgrader's CPU a submission against ours; ours against the cells alone, and without walls
steps      where our CPU goes: reading, judging, walls, cells, writing
feedback   nbgrader's pages against ours
copies     many copies of a submission in one run: memory, pace, gradebook
steady     whether copies of submissions that are partly wrong get the same grades, all cores busy

CPU is that of everything that a command starts, until the last process of it is gone.
"""

import argparse
import contextlib
import ctypes
import gc
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console
from rich.table import Table

from tests.bench import every_core_busy
from webcourse.build.solutions import starter

ROOT = Path(__file__).parents[1]
PARTS = "costs", "steps", "feedback", "copies", "steady"
KINDS = range(1, 5)  # numbers of submissions that are partly wrong
PROMISED = 200  # submissions, which starts are spread over
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
COMMAND_SECONDS = 3600  # that a command may take
STOCK = """
for _name, _trait in {
    "Autograde": ("sanitize_preprocessors", "autograde_preprocessors"),
    "GenerateFeedback": ("exporter_class", "preprocessors"),
    "HTMLExporter": ("sanitize_html",),
}.items():
    for _each in _trait:
        c[_name].pop(_each, None)
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="20 submissions, 60 copies, one round")
    parser.add_argument("--course", choices=SUBJECTS, action="append", help="default: all")
    parser.add_argument("--submissions", type=int, metavar="N", help="in a batch of ours (200)")
    parser.add_argument("--stock", type=int, metavar="N", help="graded by nbgrader in a round (2)")
    parser.add_argument("--rounds", type=int, metavar="N", help="of turns (3)")
    parser.add_argument("--copies", type=int, metavar="N", help="of one submission (500)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="at a time")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)  # a process that `measured` starts
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part {unknown.pop()!r}")
    if options.inside:
        kind, folder = options.inside
        told = {"cells": run_cells, "steps": run_steps}[kind](Path(folder))
        print(json.dumps(told), file=sys.__stdout__)
        return
    _fill_in(options)
    _adopt_strays()
    console = Console(highlight=False)
    names = options.course or list(SUBJECTS)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for part in options.parts or PARTS:
            for name in names[:1] if part in ("copies", "steady") else names:
                bench = Bench(SUBJECTS[name](), options, Path(folder) / f"{part}-{name}")
                console.print(getattr(bench, part)())


def _fill_in(options):
    usual = {"submissions": 200, "stock": 2, "rounds": 3, "copies": 500}
    quick = {"submissions": 20, "stock": 2, "rounds": 1, "copies": 60}
    for name, number in (quick if options.quick else usual).items():
        if not getattr(options, name):
            setattr(options, name, number)


# ------------------------------------------------------------------ measuring commands


@dataclass
class Used:
    """What a command took."""

    cpu: float  # seconds, of all of its processes
    wall: float  # seconds
    output: str


def _adopt_strays():
    """Become the parent of what loses its own, such as the inside of rooms, so that its CPU counts."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(command, folder, watch=None, **environment):
    """Run a command to its end.

    Args:
        command (list[str]): of Python, what follows the interpreter.
        folder (Path): where it runs.
        watch (Callable[[subprocess.Popen, str], None] | None): called with each line of output.
        environment: variables.

    Returns:
        Used

    Raises:
        RuntimeError: if it fails.
    """
    before, started = _cpu_of_children(), time.perf_counter()
    lines = []
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        for line in process.stdout:
            lines.append(line)
            if watch:
                watch(process, line)
    wall = time.perf_counter() - started
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0):
            pass
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{''.join(lines)[-3000:]}")
    return Used(_cpu_of_children() - before, wall, "".join(lines))


# ------------------------------------------------------------------ courses and what is handed in


@dataclass
class Subject:
    """A course with what students hand in."""

    title: str
    assignment: str
    notebook: str  # name
    source: object = field(repr=False)  # NotebookNode
    config: str = field(repr=False)
    wrong: dict = field(repr=False)  # grade_id of an answer -> sources that are wrong

    def submission(self, number):
        """str: what a student hands in: most is right, some wrong, some not done. Number 0 is right."""
        rng = random.Random(number)
        notebook = json.loads(nbformat.writes(self.source))
        for cell in notebook["cells"]:
            role = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] != "code":
                continue
            text = "".join(cell["source"])
            if role.get("solution"):
                draw = rng.random() if number else 0
                wrong = self.wrong.get(role["grade_id"])
                cell["source"] = re.sub(r"\n *### (BEGIN|END) SOLUTION", "", text)
                if draw > 0.9 or (draw > 0.8 and not wrong):
                    cell["source"] = starter(text)
                elif draw > 0.8:
                    cell["source"] = rng.choice(wrong)
            cell["outputs"], cell["execution_count"] = [], None
        return json.dumps(notebook)

    def course(self, folder, submissions, stock=False):
        """Path: a course folder with *submissions* (dict[str, str], by student)."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "source" / self.assignment).mkdir(parents=True)
        nbformat.write(self.source, folder / "source" / self.assignment / f"{self.notebook}.ipynb")
        config = self.config + (STOCK if stock else "")
        (folder / "nbgrader_config.py").write_text(config)
        self.hand_in(folder, submissions)
        return folder

    def hand_in(self, folder, submissions):
        """Put *submissions* into a course folder."""
        for student, text in submissions.items():
            path = folder / "submitted" / student / self.assignment / f"{self.notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def points(self):
        """float: that can be earned."""
        return float(sum(c.metadata.get("nbgrader", {}).get("points", 0) for c in self.source.cells))


def _students(subject, numbers):
    return {f"student-{number:04}": subject.submission(number) for number in numbers}


@cache
def lesson(number):
    """Subject: one of our lessons, with impostors among the answers."""
    (path,) = (ROOT / "source").glob(f"*/{number}_*.ipynb")
    wrong = {
        folder.name: [each.read_text() for each in sorted(folder.glob("*.py"))]
        for folder in (ROOT / "tests" / "impostors").iterdir()
    }
    return Subject(
        f"lesson {number}",
        path.parent.name,
        path.stem,
        nbformat.read(path, 4),
        (ROOT / "nbgrader_config.py").read_text(),
        wrong,
    )


@cache
def plain(ipytest=False):
    """Subject: 15 exercises, 45 checks and 2 charts, as anybody makes them with nbgrader.

    Args:
        ipytest (bool): the checks are tests, a cell of them an exercise, in place of a cell each.
    """
    imports = "import math\n\nimport matplotlib.pyplot as plt"
    if ipytest:
        imports += "\nimport ipytest\n\nipytest.autoconfig()"
    cells = [new_markdown_cell("# Functions", id="title"), new_code_cell(imports, id="imports")]
    wrong = {}
    for number, block in enumerate(FUNCTIONS.strip().split("\n\n"), 1):
        function, *checks = re.split(r"^(?=assert)", block, flags=re.MULTILINE)
        head, _, body = function.partition("\n")
        name = re.search(r"\w+(?=\()", head)[0]
        cells.append(new_markdown_cell(f"## {number}. `{name}`\n\nWrite it.", id=f"text-{name}"))
        solution = f"{head}\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION"
        cells.append(_graded_cell(solution, name, solution=True))
        wrong[name] = [f"{head}\n    return None", f"{head}\n    return []", f"{head}\n    1 / 0"]
        if ipytest:
            tests = [f"def test_{place}():\n    {check}" for place, check in enumerate(checks, 1)]
            text = "\n\n".join(["%%ipytest -qq", *map(str.strip, tests)])
            cells.append(_graded_cell(text, f"{name}-tests", points=len(checks)))
        for place, check in enumerate([] if ipytest else checks, 1):
            cells.append(_graded_cell(check.strip(), f"{name}-{place}", points=1))
        if name in CHARTS:
            cells.append(new_code_cell(CHARTS[name], id=f"chart-{name}"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    source = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    config = 'c = get_config()\nc.CourseDirectory.course_id = "plain"\n'
    title = "a course with ipytest" if ipytest else "a plain course"
    return Subject(title, "functions", "functions", source, config, wrong)


def _graded_cell(source, name, solution=False, points=0):
    role = {"grade_id": name, "grade": bool(points), "solution": solution, "locked": not solution}
    role |= {"schema_version": 3, "task": False} | ({"points": points} if points else {})
    return new_code_cell(source, id=name, metadata={"nbgrader": role})


FUNCTIONS = """
def factorial(n):
    return math.prod(range(1, n + 1))
assert factorial(5) == 120
assert factorial(0) == 1
assert factorial(10) == 3628800

def is_even(n):
    return n % 2 == 0
assert is_even(2) is True
assert is_even(3) is False
assert is_even(0) is True

def vowels(text):
    return sum(c in "aeiou" for c in text.lower())
assert vowels("Education") == 5
assert vowels("") == 0
assert vowels("xyz") == 0

def backwards(text):
    return text[::-1]
assert backwards("abc") == "cba"
assert backwards("") == ""
assert backwards("a b") == "b a"

def mean(values):
    return sum(values) / len(values)
assert mean([1, 2, 3]) == 2
assert mean([5]) == 5
assert mean([0, 1]) == 0.5

def median(values):
    middle = sorted(values)[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return sum(middle) / len(middle)
assert median([3, 1, 2]) == 2
assert median([1, 2, 3, 4]) == 2.5
assert median([7]) == 7

def squares(n):
    return [i * i for i in range(n)]
assert squares(4) == [0, 1, 4, 9]
assert squares(0) == []
assert squares(20)[-1] == 361

def unique(items):
    return list(dict.fromkeys(items))
assert unique([1, 2, 1]) == [1, 2]
assert unique([]) == []
assert unique("abba") == ["a", "b"]

def flatten(rows):
    return [item for row in rows for item in row]
assert flatten([[1], [2, 3]]) == [1, 2, 3]
assert flatten([]) == []
assert flatten([[], [0]]) == [0]

def transpose(rows):
    return [list(column) for column in zip(*rows)]
assert transpose([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]
assert transpose([]) == []
assert transpose([[1, 2, 3]]) == [[1], [2], [3]]

def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
assert fibonacci(0) == 0
assert fibonacci(10) == 55
assert fibonacci(50) == 12586269025

def is_prime(n):
    return n > 1 and all(n % i for i in range(2, math.isqrt(n) + 1))
assert is_prime(97)
assert is_prime(2)
assert not is_prime(91)

def caesar(text, shift):
    return "".join(chr((ord(c) - 97 + shift) % 26 + 97) for c in text)
assert caesar("abc", 1) == "bcd"
assert caesar("xyz", 3) == "abc"
assert caesar("", 5) == ""

def divisors(n):
    return [i for i in range(1, n + 1) if n % i == 0]
assert divisors(12) == [1, 2, 3, 4, 6, 12]
assert divisors(1) == [1]
assert divisors(7) == [1, 7]

def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
assert count_words("a b a") == {"a": 2, "b": 1}
assert count_words("") == {}
assert count_words("x") == {"x": 1}
"""
CHARTS = {
    "squares": "plt.plot(squares(20))\nplt.title('squares')\nplt.show()",
    "divisors": "plt.bar(range(1, 30), [len(divisors(n)) for n in range(1, 30)])\nplt.show()",
}
SUBJECTS = {f"lesson-{number}": partial(lesson, number) for number in (1, 2, 3)}
SUBJECTS |= {"plain": plain, "ipytest": partial(plain, ipytest=True)}


# ------------------------------------------------------------------ the parts


@dataclass
class Bench:
    """One course, measured."""

    subject: Subject
    options: argparse.Namespace
    folder: Path

    def __post_init__(self):
        self.folder.mkdir()

    def _grade(self, folder, **options):
        """Used: by `webcourse grade` on a course folder."""
        return measured(self._command(folder, *options.pop("arguments", [])), folder, **options)

    def _command(self, folder, *arguments):
        """list[str]: what follows the interpreter to grade a course folder."""
        command = ["-m", "webcourse", "grade", "--course", folder, "--jobs", self.options.jobs]
        return [*map(str, command), "--seed", "bench", *arguments]

    def _nbgrader(self, folder, *arguments):
        return measured(["-m", "nbgrader", *arguments, self.subject.assignment], folder)

    # -------------------------------------------------------------- costs

    def costs(self):
        """Table: nbgrader, ours with and without walls, and the cells alone, in turns."""
        number, found = self.options.submissions, defaultdict(list)
        batch = self.subject.course(self.folder / "cells", _students(self.subject, range(number)))
        stock = self.subject.course(self.folder / "stock", {}, stock=True)
        for folder in batch, stock:  # makes the gradebook as well
            self._nbgrader(folder, "generate_assignment")
        for turn in range(self.options.rounds):
            found["nbgrader"].append(self._stock_turn(stock, turn))
            found["ours"].append(self._our_turn(batch, compare=stock))
            found["cells"].append(_inside("cells", batch)[1]["cpu"] / number)
            kind = {"arguments": ["--trust"], "WEBCOURSE_WALLS": "none"}
            found["no walls"].append(self._our_turn(batch, **kind))
        ours = [turn.spread for turn in found["ours"]]
        table = Table("", "CPU ms a submission", "ratio", "of each turn")
        table.title = f"{self.subject.title}: {number} submissions at a time, starts included"
        table.caption = self._wall(found["ours"]) + f"; {_load()}"
        rows = {
            "nbgrader autograde / ours": (found["nbgrader"], ours),
            "ours / the cells alone": (ours, found["cells"]),
            "ours / ours without walls": (ours, [turn.spread for turn in found["no walls"]]),
        }
        for name, (above, below) in rows.items():
            ratios = [a / b for a, b in zip(above, below, strict=True)]
            table.add_row(name, f"{_ms(above)} / {_ms(below)}", _ratio(ratios), _all(ratios))
        return table

    def _stock_turn(self, folder, turn):
        """float: CPU seconds of `nbgrader autograde` for a submission, with its part of the start."""
        number = self.options.stock
        new = range(turn * number, (turn + 1) * number)
        self.subject.hand_in(folder, _students(self.subject, new))
        everything = self._nbgrader(folder, "autograde").cpu
        nothing = self._nbgrader(folder, "autograde").cpu  # skips what it has graded
        return (everything - nothing) / number + nothing / PROMISED

    def _our_turn(self, batch, compare=None, **options):
        """Turn: of `webcourse grade` on a fresh copy of a batch."""
        folder = self.folder / "ours"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(batch, folder)
        used = self._grade(folder, **options)
        if compare:
            _must_agree(_scores(compare), _scores(folder))
        number, start = self.options.submissions, 0.0
        if number < PROMISED:
            shutil.rmtree(folder)
            shutil.copytree(batch, folder)
            shutil.rmtree(folder / "submitted")
            self.subject.hand_in(folder, {"one": self.subject.submission(0)})
            start = self._grade(folder, **options).cpu
        return Turn(used.cpu / number, start, used.wall, number)

    def _wall(self, turns):
        wall = statistics.median(turn.wall for turn in turns)
        return f"ours took {wall:.0f} s for {turns[0].number} ({self.options.jobs} at a time)"

    # -------------------------------------------------------------- steps

    def steps(self):
        """Table: where our CPU goes, from one process that takes one submission after the other."""
        number = min(self.options.submissions, 50)
        batch = self.subject.course(self.folder / "steps", _students(self.subject, range(number)))
        _, told = _inside("steps", batch)
        cells = _inside("cells", batch)[1]["cpu"]
        told["guards, walls, second opinions"] = told.pop("rooms") - cells
        told["the cells themselves"] = cells
        total = sum(told.values())
        table = Table("step", "CPU ms a submission", "share")
        table.title = f"{self.subject.title}: where it goes, of {number}, without starts"
        for name, cpu in told.items():
            table.add_row(name, f"{1000 * cpu / number:.1f}", f"{cpu / total:.0%}")
        table.add_section()
        table.add_row("sum", f"{1000 * total / number:.1f}", "")
        return table

    # -------------------------------------------------------------- feedback

    def feedback(self):
        """Table: nbgrader's pages and ours, of the same autograded notebooks."""
        number = 3 * self.options.stock
        folder = self.subject.course(self.folder / "pages", _students(self.subject, range(number)))
        self._grade(folder)
        found, text = defaultdict(list), {}
        config = folder / "nbgrader_config.py"
        ours = self.subject.config + OUR_PAGES
        for _ in range(self.options.rounds):
            for name, content in {"nbgrader's page": self.subject.config + STOCK, "ours": ours}.items():
                config.write_text(content)
                everything = self._nbgrader(folder, "generate_feedback", "--force").cpu
                nothing = self._nbgrader(folder, "generate_feedback").cpu
                found[name].append((everything - nothing) / number)
                text[name] = _text(min((folder / "feedback").rglob("*.html")))
            config.write_text(self.subject.config)
            rendered = _inside("steps", folder)[1]["the feedback page"]
            found["ours, made by webcourse grade"].append(rendered / number)
        table = Table("", "CPU ms a page", "nbgrader's / this", "words", "lines of answers")
        table.title = f"{self.subject.title}: feedback pages"
        table.caption = f"words and lines of answers on the first student's page; {_load()}"
        answers = json.loads(self.subject.submission(0))["cells"]
        for name, durations in found.items():
            ratios = [a / b for a, b in zip(found["nbgrader's page"], durations, strict=True)]
            page = text.get(name, text["ours"])
            table.add_row(
                name, _ms(durations), _ratio(ratios), str(len(page.split())), _held(answers, page)
            )
        return table

    # -------------------------------------------------------------- copies

    def copies(self):
        """Table: many copies of one submission, a line for each tenth."""
        number, found = self.options.copies, []
        same = self.subject.submission(0)
        folder = self.subject.course(
            self.folder / "copies", {f"copy-{n:04}": same for n in range(number)}
        )

        def watch(process, line):
            if told := re.match(r"(\d+) of \d+$", line):
                found.append((int(told[1]), time.perf_counter(), *_memory(process.pid)))

        self._grade(folder, watch=watch)
        table = Table("graded", "seconds for 100", "first process", "largest worker", "zygote", "all")
        table.title = f"{self.subject.title}: {number} copies of one submission (MB: resident; all: PSS)"
        pace = []
        for (n0, t0, *_), (n, t, *sizes) in zip(found, found[1:], strict=False):
            pace.append(100 * (t - t0) / (n - n0))
            table.add_row(str(n), f"{pace[-1]:.1f}", *(f"{size / 1e6:.0f}" for size in sizes))
        scores, half = _scores(folder), len(found) // 2
        full = sum(score == self.subject.points() for score in scores.values())
        grown = [last / first for first, last in zip(found[half][2:], found[-2][2:], strict=True)]
        table.caption = (
            f"seconds of the second half / of the first: {_half(pace):.2f}; memory at the end / in the "
            f"middle: {max(grown):.2f}; gradebook: {len(scores)} of {number} submissions, "
            f"{full} with full points; {_load()}"
        )
        return table

    # -------------------------------------------------------------- steady

    def steady(self):
        """Table: the scores of copies of a few submissions, graded while all cores are busy."""
        copies = max(self.options.copies * 2 // 5 // len(KINDS), 2)
        submissions = {
            f"kind-{kind}-{n:04}": self.subject.submission(kind) for kind in KINDS for n in range(copies)
        }
        folder = self.subject.course(self.folder / "steady", submissions)
        command = [sys.executable, *self._command(folder)]
        with every_core_busy():  # `measured` would wait for what keeps them busy
            subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
        scores = defaultdict(lambda: defaultdict(int))
        for student, found in _scores_of_cells(folder).items():
            scores[student.rpartition("-")[0]][tuple(sorted(found.items()))] += 1
        table = Table("submission", "copies", "points", "that differ")
        table.title = f"{self.subject.title}: graded with all cores busy"
        table.caption = _load()
        for kind, outcomes in sorted(scores.items()):
            usual, times = max(outcomes.items(), key=lambda each: each[1])
            number = sum(outcomes.values())
            points = sum(score for _, score in usual)
            table.add_row(kind, str(number), f"{points:g}", str(number - times))
        return table


@dataclass
class Turn:
    """What one run of ours took."""

    cpu: float  # seconds a submission, start included
    start: float  # CPU seconds of a run with one submission; 0 where it is not needed
    wall: float
    number: int

    @property
    def spread(self):
        """float: CPU seconds a submission, with the start spread over as many as promised."""
        if self.number >= PROMISED:
            return self.cpu
        each = (self.cpu * self.number - self.start) / (self.number - 1)
        return (self.start + (PROMISED - 1) * each) / PROMISED


OUR_PAGES = """
c.GenerateFeedback.exporter_class = "webcourse.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
"""


def _inside(kind, folder):
    """tuple[Used, object]: of a process of this module, with what it said."""
    used = measured(["-m", "tests.bench_grading", "--inside", kind, folder], ROOT)
    return used, json.loads(used.output.splitlines()[-1])


def _ms(values):
    return f"{1000 * statistics.median(values):.0f}"


def _ratio(ratios):
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def _all(ratios):
    return ", ".join(f"{ratio:.2f}" for ratio in ratios)


def _half(values):
    middle = len(values) // 2
    return statistics.mean(values[middle:]) / statistics.mean(values[:middle])


def _load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _scores(folder):
    """dict[str, float]: of the gradebook in a course folder, by student."""
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as book:
        rows = book.execute(
            "SELECT a.student_id, SUM(COALESCE(g.auto_score, 0)) FROM submitted_assignment a "
            "JOIN submitted_notebook n ON n.assignment_id = a.id "
            "JOIN grade g ON g.notebook_id = n.id GROUP BY a.student_id"
        )
        return dict(rows.fetchall())


def _scores_of_cells(folder):
    """dict[str, dict[str, float]]: of the gradebook in a course folder, by student and tests cell."""
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as book:
        rows = book.execute(
            "SELECT a.student_id, c.name, g.auto_score FROM submitted_assignment a "
            "JOIN submitted_notebook n ON n.assignment_id = a.id "
            "JOIN grade g ON g.notebook_id = n.id JOIN base_cell c ON c.id = g.cell_id"
        ).fetchall()
    found = defaultdict(dict)
    for student, name, score in rows:
        found[student][name] = score or 0.0
    return found


def _must_agree(theirs, ours):
    """Both give the same scores, or the comparison is none."""
    differ = {name: (score, ours.get(name)) for name, score in theirs.items() if ours.get(name) != score}
    if differ:
        print(f"other scores than nbgrader's (nbgrader, ours): {differ}", file=sys.stderr)


def _memory(number):
    """tuple[int, int, int, int]: bytes of a run's first process, largest worker, zygote, and of all."""
    own = psutil.Process(number)
    sizes, total = {"worker": [0], "zygote": [0]}, own.memory_full_info().pss
    for process in own.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            is_guard = process.ppid() != number
            kind = "zygote" if any("zygote" in word for word in words) else "worker"
            total += process.memory_full_info().pss
            if not is_guard:
                sizes[kind].append(process.memory_info().rss)
    return own.memory_info().rss, max(sizes["worker"]), max(sizes["zygote"]), total


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.is_hidden = [], False

    def handle_starttag(self, tag, attrs):
        self.is_hidden = tag in ("style", "script")

    def handle_endtag(self, tag):
        self.is_hidden = False

    def handle_data(self, data):
        if not self.is_hidden:
            self.parts.append(data)


def _text(path):
    """str: what a page shows."""
    parser = _Text()
    parser.feed(path.read_text(encoding="utf-8"))
    return "".join(parser.parts)


def _held(cells, page):
    """str: how many lines of the answers a page shows."""
    answers = [c for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
    lines = {line.strip() for cell in answers for line in cell["source"].splitlines() if line.strip()}
    page = re.sub(r"\s+", " ", page)
    return f"{sum(re.sub(r' +', ' ', line) in page for line in lines)} of {len(lines)}"


# ------------------------------------------------------------------ inside a process of their own


def _loaded(folder):
    """The batch, its assignment's master and its items."""
    from webcourse.grading import batch

    options = argparse.Namespace(
        course=folder, assignment=None, student="*", trust=False, seed="bench", force=True,
        jobs=1, scheduler=None,
    )  # fmt: skip
    run = batch.Run(batch.Course(folder), options, batch.Report(quiet=True), batch.Interruption())
    ((masters),) = run.masters.values()
    ((master),) = masters.values()
    return run, master


def run_cells(folder):
    """Run the cells of all submissions one after the other in this process: no rooms, no judge.

    Returns:
        dict: `cpu`, in seconds, without imports and the given prefix.
    """
    from webcourse.grading import canaries, examine, inside, intake, transplant, zygote
    from webcourse.grading.prefix import prefix

    run, master = _loaded(folder)
    plans = [
        transplant.transplant(master, intake.take_in(run.task(item).collected, master))
        for item in run.items
    ]
    common, limits = prefix(master), asdict(run.limits)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        os.environ.update(HOME=place, WEBCOURSE_SEED="bench")
        zygote._warm_up(
            {
                "inline": common.inline,
                "limits": limits,
                "cells": common.cells,
                "prepared": common.prepared,
                "known": common.known,
            }
        )
        shell = inside.shell
        given = dict(shell.user_ns)
        gc.freeze()
        before = time.process_time() + _cpu_of_children()
        for plan in plans:
            shell.user_ns.clear()
            shell.user_ns.update(given)
            steps = [] if plan.untouched else plan.steps[len(common.cells) :] + canaries.canaries(master)
            for step in steps:
                source = examine.seal(step.source) if step.name in master.checks else step.source
                shell.silent = step.role == transplant.CANARY
                inside.run_cell(shell, source, limits)
        return {"cpu": time.process_time() + _cpu_of_children() - before}


class Clock:
    """Adds up the CPU seconds of this process by what it does, inner parts taken out of outer ones."""

    def __init__(self):
        self.spent, self._inner = defaultdict(float), [0.0]

    def timed(self, name, function):
        """*function*, with its time counted under *name*."""

        def timed(*arguments, **named):
            started = time.process_time()
            self._inner.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                took = time.process_time() - started
                self.spent[name] += took - self._inner.pop()
                self._inner[-1] += took

        return timed


def run_steps(folder):
    """Grade all submissions in this process, and tell what took how long.

    Returns:
        dict[str, float]: CPU seconds.
    """
    from webcourse.grading import examine, record, work

    _adopt_strays()
    run, master = _loaded(folder)
    clock, names = Clock(), {(item.assignment, item.notebook) for item in run.items}
    recorder = record.Recorder(run.course)
    recorder.register([master])
    ((kit),) = run._kits(names).values()
    rooms = work.rooms(kit.walls)
    zygote = psutil.Process(rooms._zygotes[kit.prefix].process.pid)
    before = zygote.cpu_times()
    task = clock.timed("reading the submission", run.task)
    work.take_in = clock.timed("reading the submission", work.take_in)
    work.transplant = clock.timed("transplanting the answers", work.transplant)
    examine._Examiner.scores = clock.timed("judging", examine._Examiner.scores)
    work.autograded.fill = clock.timed("the autograded notebook", work.autograded.fill)
    work.autograded.as_text = clock.timed("the autograded notebook", work.autograded.as_text)
    work.render = clock.timed("the feedback page", work.render)
    in_room = clock.timed("talking with rooms", lambda job: rooms.run(job, kit.prefix))
    grade = clock.timed("the rest of a job", work.grade_one)
    store = clock.timed("gradebook and files", recorder.store)
    for item in run.items:
        store(grade(kit, task(item), in_room))
    after = zygote.cpu_times()
    forks = after.user + after.system - before.user - before.system
    strays = _cpu_of_children()
    recorder.close()
    work.close_rooms()
    below = after.children_user + after.children_system - before.children_user - before.children_system
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0)[0]:
            pass
    own = after.user + after.system + after.children_user + after.children_system
    strays = max(0.0, _cpu_of_children() - strays - own)
    return {**clock.spent, "the zygote's forks": forks, "rooms": below + strays}


if __name__ == "__main__":
    main()
