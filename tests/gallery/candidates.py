"""The answers that the checks are tried on."""

import ast
from dataclasses import dataclass

from webcourse.lab.syntax import parse

from .workbench import ROOT

ALTERNATIVES = ROOT / "tests" / "alternatives"
IMPOSTORS = ROOT / "tests" / "impostors"


@dataclass(frozen=True)
class Candidate:
    kind: str  # "reference", "alternative", "blank" or "impostor"
    name: str
    answer: str  # the source of the answer cell
    says: str = ""  # the docstring: the misconception, or how it differs

    @property
    def is_right(self):
        return self.kind in ("reference", "alternative")


def candidates(exercise):
    """Every answer that is kept for *exercise*, the mutants aside."""
    yield Candidate("reference", "reference", exercise.solution)
    yield Candidate("blank", "blank", exercise.blank)
    alternative = ALTERNATIVES / f"{exercise.slug}.py"
    if alternative.exists():
        yield _read("alternative", alternative)
    for path in sorted((IMPOSTORS / exercise.slug).glob("*.py")):
        yield _read("impostor", path)


def _read(kind, path):
    source = path.read_text(encoding="utf-8")
    says = " ".join((ast.get_docstring(parse(source)) or "").split())
    return Candidate(kind, path.stem, source, says)
