"""The marked regions of a cell: solutions and hidden checks, which nbgrader takes out."""

import re
from functools import lru_cache

STUB = "raise NotImplementedError  # your code here"
SOLUTION = tuple(f"### {edge} SOLUTION" for edge in ("BEGIN", "END"))
HIDDEN = tuple(f"### {edge} HIDDEN TESTS" for edge in ("BEGIN", "END"))
MARKS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")  # as loosely as nbgrader looks for them


def starter(source):
    """The source of an answer cell as a student gets it: the stub in place of each solution."""
    return _region(SOLUTION).sub(lambda found: found["indent"] + STUB, source)


def visible(source):
    """The source of a tests cell without its hidden checks."""
    return re.sub(r"\n?" + _region(HIDDEN).pattern, "", source, flags=re.MULTILINE | re.DOTALL)


def blocks(source, marks):
    """The texts between each pair of *marks*, SOLUTION or HIDDEN."""
    return [found["inside"] for found in _region(marks).finditer(source)]


def holds(source, block):
    """Whether the lines of *block* stand in *source*, one after the other, at any indentation."""
    return _essence(block) in _essence(source)


@lru_cache(maxsize=4096)
def _essence(source):
    """The lines of a source that say something, without their indentation."""
    return "\n".join(["", *(line.strip() for line in source.splitlines() if line.strip()), ""])


def _region(marks):
    begin, end = map(re.escape, marks)
    return re.compile(rf"^(?P<indent> *){begin}\n(?P<inside>.*?)^ *{end} *$", re.MULTILINE | re.DOTALL)
