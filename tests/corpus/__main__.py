"""Grades the corpus and prints what came of it. See the package."""

import argparse
import collections
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import ours
from .page import write_page
from .stock import grade_with_stock, stock_record
from .submissions import BEYOND, CLASSES, SUBMISSIONS


def main():
    options = _options()
    chosen = [
        submission
        for submission in (BEYOND if options.beyond else SUBMISSIONS)
        if options.kind in (None, submission.kind) and options.only in (None, submission.name)
    ]
    console = Console()
    if not ours.can_be_walled_in():
        sys.exit("this machine has no bubblewrap: hostile submissions are not run without it")
    faults = {} if options.no_ours else grade_with_ours(chosen, options, console)
    if options.stock:
        grade_with_stock(chosen, console)
    theirs = stock_record()
    console.print(table(chosen, faults, theirs))
    if options.page:
        if missing := [each.name for each in SUBMISSIONS if each.name not in theirs]:
            sys.exit(f"not yet graded with stock nbgrader, see --stock: {', '.join(missing)}")
        console.print(f"wrote {write_page(chosen, faults, theirs)}")
    sys.exit(1 if any(faults.values()) else 0)


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__.splitlines()[0])
    parser.add_argument("--class", dest="kind", choices=CLASSES, help="one class only")
    parser.add_argument("--only", metavar="NAME", help="one submission only")
    parser.add_argument("--beyond", action="store_true", help="the cheats that are known to succeed")
    parser.add_argument(
        "--stock", action="store_true", help="grade with stock nbgrader as well, and record it (an hour)"
    )
    parser.add_argument("--no-ours", action="store_true", help="do not grade with ours")
    parser.add_argument("--page", action="store_true", help="write docs/corpus.md")
    parser.add_argument("--seed", help="of the checks' random inputs")
    return parser.parse_args()


def grade_with_ours(chosen, options, console):
    """dict[str, list[str]]: what is wrong with how each submission was graded, by its name."""
    faults = {}
    seed = ["--seed", options.seed] if options.seed else []
    for course in ours.COURSES:
        submissions = [submission for submission in chosen if submission.course == course]
        if not submissions:
            continue
        with tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as folder:
            run = ours.grade(course, submissions, Path(folder), seed)
            for submission in submissions:
                faults[submission.name] = ours.complaints(submission, run)
            for complaint in ours.complaints_about_run(run):
                faults.setdefault(f"({course})", []).append(complaint)
        console.print(f"{course}: {len(submissions)} submissions in {run.seconds:.0f} s")
        slow = sorted(run.outcomes, key=lambda name: -run.outcomes[name].seconds)[:5]
        console.print("slowest: " + ", ".join(f"{n} {run.outcomes[n].seconds:.1f} s" for n in slow))
    for name, lines in faults.items():
        for line in lines:
            console.print(f"[red]{name}[/red]: ", end="")
            console.print(line, markup=False)
    return faults


def table(chosen, faults, stock):
    """rich.table.Table: one row a class."""
    shown = Table("class", "submissions", "wrong with ours", "wrong with stock nbgrader")
    for kind, count in collections.Counter(submission.kind for submission in chosen).items():
        names = [submission.name for submission in chosen if submission.kind == kind]
        wrong = sum(bool(faults[name]) for name in names) if faults else "-"
        theirs = "-" if set(names) - set(stock) else sum(bool(stock[name]) for name in names)
        shown.add_row(kind, str(count), str(wrong), str(theirs))
    return shown


if __name__ == "__main__":
    main()
