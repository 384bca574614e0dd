"""What the instructor sees: progress, a table, causes, grades.csv."""

import collections
import csv
import io
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from . import judge
from .exports import no_formula
from .record import read_receipt, write

PLAIN = judge.PASSED, judge.FAILED, judge.BLANK  # causes that need no word in the table


class Report:
    """The terminal."""

    def __init__(self, console=None, quiet=False):
        self.console = console or Console(highlight=False, quiet=quiet)

    def say(self, line):
        """Print one line as it is."""
        self.console.print(Text(line), soft_wrap=True)

    @contextmanager
    def progress(self, total):
        """A bar with the time left; without a terminal a line now and then.

        Yields:
            Callable[[], None]: to be called after each submission.
        """
        if not self.console.is_terminal:
            yield self._lines(total)
            return
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Progress(TextColumn("grading"), *columns, console=self.console) as bar:
            task = bar.add_task("", total=total)
            yield lambda: bar.advance(task)

    def _lines(self, total):
        done = 0

        def advance():
            nonlocal done
            done += 1
            if done == total or done % max(1, total // 10) == 0:
                self.say(f"{done} of {total}")

        return advance

    def results(self, items, recorder):
        """A table of the submissions, and what points were lost to, by cause.

        Args:
            items (list[batch.Item])
            recorder (Recorder)
        """
        receipts = {}
        for item in items:
            place = item.student, item.assignment
            receipts.setdefault(place, []).append(recorder.receipt(*place, item.notebook))
        table = Table(
            "Student", "Assignment", "Points", "Notes", box=None, header_style="bold", pad_edge=False
        )
        table.columns[2].justify = "right"
        for assignment in dict.fromkeys(item.assignment for item in items):
            rows = [r for r in recorder.rows(assignment) if (r["student"], assignment) in receipts]
            for row in rows:
                told = [line for r in receipts[row["student"], assignment] for line in remarks(r)]
                points = f"{row['score']:g} of {row['max_score']:g}"
                table.add_row(Text(row["student"]), assignment, points, Text("; ".join(told)))
            if len(rows) > 1:
                mean = sum(row["score"] for row in rows) / len(rows)
                table.add_row(Text(f"{len(rows)} students"), assignment, f"{mean:.1f}", "on average")
        self.console.print(table)
        self._causes([receipt for found in receipts.values() for receipt in found])

    def _causes(self, receipts):
        lost, students = collections.Counter(), collections.defaultdict(set)
        for receipt in receipts:
            for tests in receipt.get("exercises", {}).values():
                for score in tests.values():
                    if score["cause"] != judge.PASSED:
                        lost[score["cause"]] += score["points"]
                        students[score["cause"]].add(receipt["student"])
        if lost:
            table = Table(
                "Points lost to", "Points", "Students", box=None, header_style="bold", pad_edge=False
            )
            for cause, points in lost.most_common():
                table.add_row(cause, f"{points:g}", str(len(students[cause])))
            self.console.print()
            self.console.print(table)


def remarks(receipt):
    """list[str]: what is out of the ordinary about a submission."""
    reasons = {}
    for slug, tests in receipt.get("exercises", {}).items():
        for score in tests.values():
            if score["cause"] not in PLAIN:
                reasons.setdefault(score["reason"], []).append(slug)
            elif score["alone"]:
                reasons.setdefault("earned when run on its own", []).append(slug)
    exercises = len(receipt.get("exercises", {}))
    lines = []
    for reason, slugs in reasons.items():
        where = dict.fromkeys(slugs)
        lines.append(reason if len(where) == exercises > 1 else f"{', '.join(where)}: {reason}")
    return [*receipt.get("notes", []), *lines]


def write_csv(course, recorder):
    """Write grades.csv: a row a submission, as the gradebook has it, manual grading included.

    The file is touched only when its content changes.
    """
    rows, slugs = [], {}
    for assignment in course.assignments():
        for row in recorder.rows(assignment):
            folder = course.folder("receipts", row["student"], assignment)
            receipts = list(map(read_receipt, sorted(folder.glob("*.json"))))
            exercises = {slug: t for r in receipts for slug, t in r.get("exercises", {}).items()}
            slugs.update(dict.fromkeys(exercises))
            points = {
                slug: sum(row["points"].get(name, 0) for name in tests)
                for slug, tests in exercises.items()
            }
            told = [line for receipt in receipts for line in remarks(receipt)]
            rows.append((assignment, row, points, "; ".join(told)))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["student", "assignment", "score", "max_score", "late_penalty", *slugs, "notes"])
    for assignment, row, points, notes in rows:
        numbers = [
            row["score"],
            row["max_score"],
            row["penalty"],
            *(points.get(slug, "") for slug in slugs),
        ]
        shown = [f"{number:g}" if number != "" else "" for number in numbers]
        table.writerow([no_formula(row["student"]), assignment, *shown, no_formula(notes)])
    path = course.root / "grades.csv"
    if not path.exists() or path.read_bytes() != text.getvalue().encode():
        write(path, text.getvalue())
