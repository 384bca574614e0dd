"""For authors: run the checks of one exercise on every answer that is kept for it.

python -m tests.gallery LESSON SLUG             verdicts and reports
python -m tests.gallery LESSON SLUG --mutants   the mutants that survive
python -m tests.gallery LESSON SLUG --demos     all cells in order, demonstrations included
"""

import argparse
import statistics
import sys
import time

from webcourse.lab import checks

from . import workbench
from .candidates import candidates
from .mutants import tally_mutants


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lesson", help="a lesson, or a part of one, as Markdown")
    parser.add_argument("slug", help="name of the exercise")
    parser.add_argument("--mutants", action="store_true", help="try mutants of the solution")
    parser.add_argument("--demos", action="store_true", help="run every cell in order")
    options = parser.parse_args()
    found = {e.slug: e for e in workbench.exercises(options.lesson)}
    if options.slug not in found:
        sys.exit(f"{options.lesson} has no exercise {options.slug!r}, but {', '.join(found)}")
    exercise = found[options.slug]
    if options.demos:
        return run_demos(options.lesson)
    return try_mutants(exercise) if options.mutants else try_candidates(exercise)


def try_candidates(exercise):
    total = sum(v.points for v in workbench.verdicts(exercise, exercise.solution))
    faults = 0
    for candidate in candidates(exercise):
        verdicts = workbench.verdicts(exercise, candidate.answer)
        points = workbench.points(verdicts)
        wanted = points == total if candidate.is_right else points < total
        wanted = points == 0 if candidate.kind == "blank" else wanted
        faults += not wanted
        mark = "ok   " if wanted else "WRONG"
        print(f"\n{mark} {candidate.kind} {candidate.name}: {points} of {total}  {candidate.says}")
        if candidate.kind != "blank" or not wanted:
            for verdict in verdicts:
                print("\n".join(f"      {line}" for line in checks.report(verdict)))
    times = []
    for _ in range(10):
        start = time.perf_counter()
        workbench.verdicts(exercise, exercise.solution)
        times.append((time.perf_counter() - start) / len(exercise.tests))
    print(f"\nmedian time of a tests cell: {statistics.median(times) * 1000:.1f} ms")
    print(f"{faults} of the verdicts are wrong" if faults else "all verdicts as they should be")
    return bool(faults)


def try_mutants(exercise):
    tally = tally_mutants(exercise)
    for mutant, reason in tally.survivors:
        print(f"{mutant.operator}: {reason or 'SURVIVES'}\n    - {mutant.was}\n    + {mutant.becomes}")
    print(f"{tally.killed} of {tally.total} mutants killed")
    return False


def run_demos(path):
    """Run all cells of a lesson but its tests in order, as Run All does with the solved notebook."""
    names = {"__name__": "__main__", "lab": workbench.lab}
    for cell in workbench.lessons.read(path).cells:
        if cell.kind == "code" and cell.role != "tests" and cell.name != "setup":
            print(f"--- line {cell.line}")
            start = time.perf_counter()
            value = workbench.run_and_show(cell, names)
            if value is not None:
                print(value)
            print(f"    ({time.perf_counter() - start:.2f} s)")
    return False


if __name__ == "__main__":
    sys.exit(main())
