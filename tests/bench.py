"""Measures what is promised about speed and steadiness. `make bench`, or with options:

python -m tests.bench --repetitions 20     fewer repetitions under load
"""

import argparse
import collections
import contextlib
import io
import multiprocessing
import os
import statistics
import sys
import time

import nbformat
from nbclient import NotebookClient
from rich.console import Console
from rich.progress import track
from rich.table import Table

from webcourse.lab import checks

from .gallery import workbench
from .gallery.candidates import candidates

WRONG_ANSWERS_EVERY = 40  # repetitions
ROUNDS = 15  # measurements of a cell
NOTEBOOKS = {"blank": workbench.ROOT / "notebooks", "solved": workbench.ROOT / "source"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=200, help="under load (200)")
    options = parser.parse_args()
    console = Console()
    console.print(cells_table())
    console.print(ipytest_table())
    console.print(notebooks_table())
    console.print(steadiness_table(options.repetitions))


def seconds(action, rounds=ROUNDS):
    """The durations of *rounds* calls, in seconds."""
    durations = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        durations.append(time.perf_counter() - start)
    return durations


# ------------------------------------------------------------------ the checks


def cells_table():
    """How long each tests cell takes on the reference solution."""
    table = Table("tests cell", "checks", "median, ms", "slowest, ms", title="Tests cells")
    medians = []
    for exercise in workbench.all_exercises().values():
        names = workbench.namespace(exercise, exercise.solution)
        for source in exercise.tests:
            verdict = checks.judge(source, names, "bench")
            found = seconds(lambda source=source, names=names: checks.judge(source, names, "bench"))
            medians.append(statistics.median(found))
            shown = [f"{1000 * s:.1f}" for s in (medians[-1], max(found))]
            table.add_row(verdict.name, str(len(verdict.checks)), *shown)
    table.add_section()
    table.add_row("median of all", "", f"{1000 * statistics.median(medians):.1f}", "")
    return table


TRIVIAL = "def test_one(see=None):\n    'One.'\n    assert 1 == 1\n"


def ipytest_table():
    """Our way to run a cell against pytest's, the same check in turn in one process."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    with contextlib.redirect_stdout(io.StringIO()):
        workbench.lab.setup()
        ours = "# 0.0 · bench-basics · 1 point · locked\n" + TRIVIAL
        durations = collections.defaultdict(list)
        for _ in range(ROUNDS):
            for name, cell in (("ours", ours), ("pytest behind ipytest", TRIVIAL)):
                run = shell.run_cell_magic
                durations[name] += seconds(lambda cell=cell: run("ipytest", "", cell), 1)
    table = Table("one trivial check", "median, ms", "ratio", title="The cost of a check")
    base = statistics.median(durations["ours"])
    for name, found in durations.items():
        median = statistics.median(found)
        table.add_row(name, f"{1000 * median:.2f}", f"{median / base:.1f}")
    return table


def notebooks_table():
    """How long Run All takes."""
    table = Table("notebook", "cells", "Run All, s", title="Notebooks, run from top to end")
    for kind, folder in NOTEBOOKS.items():
        for path in sorted(folder.rglob("*.ipynb")):
            notebook = nbformat.read(path, 4)
            client = NotebookClient(notebook, kernel_name="python3", timeout=120, allow_errors=True)
            (duration,) = seconds(client.execute, 1)
            table.add_row(f"{path.stem}, {kind}", str(len(notebook.cells)), f"{duration:.1f}")
    return table


# ------------------------------------------------------------------ under load


def steadiness_table(repetitions):
    """Whether every answer gets the same verdicts each time, while all cores are busy.

    Right answers run in each repetition, wrong ones (they take most of the time) in every 40th.
    """
    answers = [(e, c) for e in workbench.all_exercises().values() for c in candidates(e)]
    outcomes = collections.defaultdict(collections.Counter)
    with every_core_busy():
        for n in track(range(repetitions), "under load", disable=not sys.stdout.isatty()):
            for exercise, candidate in answers:
                if candidate.is_right or n % WRONG_ANSWERS_EVERY == 0:
                    verdicts = workbench.verdicts(exercise, candidate.answer, f"repetition {n}")
                    right = tuple(v.passed for v in verdicts)
                    outcomes[exercise.slug, candidate.name][right] += 1
    table = Table("answers", "verdicts", "that differ", title=f"{repetitions} times, all cores busy")
    for name, is_kind in {"right": True, "wrong": False}.items():
        kind = [outcomes[e.slug, c.name] for e, c in answers if c.is_right == is_kind]
        count = sum(len(right) * n for counter in kind for right, n in counter.items())
        differ = sum(counter.total() - max(counter.values()) for counter in kind)
        table.add_row(f"{len(kind)} {name}", str(count), str(differ))
    for (slug, name), counter in outcomes.items():
        if len(counter) > 1:
            table.add_row(f"{slug}: {name}", "", str(dict(counter)))
    return table


def _spin(end, parent):
    while time.monotonic() < end and os.getppid() == parent:
        sum(range(100_000))


@contextlib.contextmanager
def every_core_busy(limit=3600):
    """Load every core until the end of the block, *limit* seconds at most."""
    end = time.monotonic() + limit
    spinners = [
        multiprocessing.get_context("spawn").Process(target=_spin, args=(end, os.getpid()), daemon=True)
        for _ in range(os.cpu_count())
    ]
    for process in spinners:
        process.start()
    try:
        yield
    finally:
        for process in spinners:
            process.terminate()
            process.join()


if __name__ == "__main__":
    main()
