"""The kill matrix: which check catches which wrong answer. `python -m tests.gallery.matrix`"""

import itertools
from pathlib import Path

from . import workbench
from .candidates import candidates
from .mutants import tally_mutants

PAGE = workbench.ROOT / "docs" / "kill_matrix.md"

HEAD = """\
# The kill matrix

Every exercise's checks are tried on answers whose worth is known: the reference solution and an
alternative earn everything, the blank starter earns nothing, every impostor (a wrong answer with one
misconception) loses points, and so does every mutant (the reference solution changed in one place)
that is not as right as the solution. `make test` runs all of them, and fails when this page, which
`python -m tests.gallery.matrix` writes, is not what came out.

A mutant's operator is one of cosmic-ray's, or changes a text, drops a statement, or returns `None`.
"""


def page():
    """The page, as Markdown."""
    parts = [HEAD, _summary()]
    for exercise in workbench.all_exercises().values():
        parts.append(_section(exercise))
    return "\n".join(parts)


def _summary():
    rows, total, killed, wrong = [], 0, 0, 0
    for exercise in workbench.all_exercises().values():
        tally = tally_mutants(exercise)
        impostors = [c for c in candidates(exercise) if c.kind == "impostor"]
        total, killed, wrong = total + tally.total, killed + tally.killed, wrong + len(impostors)
        rows.append(f"| {exercise.slug} | {len(impostors)} | {tally.killed} of {tally.total} |")
    lines = [
        f"Impostors: {wrong}, all caught. Mutants: {total}, of which {killed} are killed "
        f"({killed / total:.1%})",
        f"and {total - killed} break no stated rule; each of those is listed with the reason.",
        "",
    ]
    return "\n".join([*lines, "| exercise | impostors | mutants killed |", "|:--|--:|--:|", *rows, ""])


def _section(exercise):
    lines = [f"## {exercise.slug}", "", "| impostor | its misconception | points | caught by |"]
    lines.append("|:--|:--|--:|:--|")
    for candidate in candidates(exercise):
        if candidate.kind == "impostor":
            verdicts = workbench.verdicts_once(exercise, candidate.answer)
            checks = itertools.chain(*[v.checks for v in verdicts])
            caught = "; ".join(c.title for c in checks if not c.passed)
            worth = f"{workbench.points(verdicts)} of {sum(v.points for v in verdicts)}"
            name = candidate.name.replace("_", " ")
            lines.append(f"| {name} | {_cell(candidate.says)} | {worth} | {caught} |")
    survivors = tally_mutants(exercise).survivors
    if survivors:
        lines += ["", "Mutants that survive, since they break no stated rule:", ""]
    for mutant, reason in survivors:
        lines.append(f"- `{mutant.was}` → `{mutant.becomes}`: {reason or 'no reason is known'}")
    return "\n".join([*lines, ""])


def without_checks(text):
    """The page without the column of the checks that caught an impostor.

    Which of several checks catches a server that hangs may depend on the machine.
    """
    return [line.rpartition(" | ")[0] or line for line in text.splitlines()]


def _cell(text):
    return text.replace("|", r"\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    Path(PAGE).write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(workbench.ROOT)} is written")
