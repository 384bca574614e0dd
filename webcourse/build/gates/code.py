"""Gates for the code of a lesson: it parses, it fits, and no solution shows."""

import ast
import re
import warnings
from functools import lru_cache

from ..lesson import lines_of
from ..solutions import HIDDEN, MARKS, SOLUTION, blocks, holds, starter, visible

COLUMNS = 79
PAIRS = "put the markers in pairs"
MAGIC = re.compile(r"%%\w+.*")


def code_cells(lesson, *roles):
    """The code cells of a lesson, of these roles or of any."""
    return [cell for cell in lesson.cells if cell.kind == "code" and (not roles or cell.role in roles)]


@lru_cache(maxsize=1024)
def parse(source):
    """The tree of a cell's code, with its magic line blank. None if it does not compile."""
    try:
        return _compiled(source)
    except SyntaxError:
        return None


def _compiled(source):
    """The tree of a cell's code.

    Raises:
        SyntaxError: also for what Python only warns of.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("error", DeprecationWarning)  # invalid escapes, before Python 3.12
        tree = ast.parse(MAGIC.sub("", source, count=1) if source.startswith("%%") else source)
        compile(tree, "<cell>", "exec")
    return tree


def no_empty_cells(lesson):
    """Every code cell holds something."""
    for cell in code_cells(lesson):
        if not cell.source.strip():
            yield lesson.error(cell.fence, "an empty code cell", "fill it, or leave it out")


def code_compiles(lesson):
    """Every code cell is Python, and so is every starter."""
    for cell in code_cells(lesson):
        try:
            _compiled(cell.source)
        except SyntaxError as error:
            yield lesson.error(
                cell.line + (error.lineno or 1) - 1, f"no valid Python ({error.msg})", "correct the code"
            )
        else:
            if cell.role == "exercise" and parse(starter(cell.source)) is None:
                yield lesson.error(
                    cell.fence,
                    f"'{cell.name}' without its solution is no valid Python",
                    "put the markers around whole statements",
                )


def code_fits(lesson):
    """Code has at most 79 columns, in every fence."""
    for cell in lesson.cells:
        for line, text in _code_lines(cell):
            if len(text) > COLUMNS:
                yield lesson.error(
                    line, f"a line of {len(text)} columns in a fence", f"break it; {COLUMNS} fit"
                )


def fences_closed(lesson):
    """A fence in the prose is closed in its cell."""
    for cell in lesson.cells:
        opened = None
        for line, text, fence in lines_of(cell) if cell.kind == "markdown" else ():
            if opened is None and fence:
                opened = line
            elif text.strip() == fence:
                opened = None
        if opened:
            yield lesson.error(opened, "this fence is never closed", f"close it with {fence}")


def solution_marked(lesson):
    """An answer cell holds a solution between markers; no other cell does."""
    for cell in lesson.cells:
        allowed = cell.role in ("exercise", "answer")
        yield from _marks(lesson, cell, SOLUTION, "an answer cell", allowed)
        if cell.role == "exercise" and not MARKS.search(cell.source):
            yield lesson.error(
                cell.fence,
                f"'{cell.name}' holds no solution",
                f"put it between {SOLUTION[0]} and {SOLUTION[1]}",
            )


def hidden_marked(lesson):
    """Hidden checks stand in a tests cell, between markers."""
    for cell in lesson.cells:
        yield from _marks(lesson, cell, HIDDEN, "a tests cell", cell.role == "tests")


def starter_explains(lesson):
    """What a student gets has a docstring, with a doctest line."""
    for cell in code_cells(lesson, "exercise"):
        tree = parse(starter(cell.source))
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        docstrings = (
            [ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, defined)]
            if tree
            else [">>>"]
        )
        if not any(docstrings):
            yield lesson.error(
                cell.line, f"the starter '{cell.name}' has no docstring", "say what it answers"
            )
        elif not any(">>>" in docstring for docstring in docstrings):
            yield lesson.error(
                cell.line,
                f"the starter '{cell.name}' has no doctest line",
                "add one line with >>> and its value to the docstring",
            )


def no_leak(lesson):
    """No solution and no hidden check can be read elsewhere."""
    shown = [(cell, _as_released(cell)) for cell in lesson.cells]
    for secret in lesson.cells:
        for block in blocks(secret.source, SOLUTION) + blocks(secret.source, HIDDEN):
            for cell, source in shown:
                if block.strip() and holds(source, block):
                    yield lesson.error(
                        cell.fence,
                        f"this cell shows what '{secret.name}' hides",
                        "leave out the deciding line",
                    )


def charts_have_words(lesson):
    """Every chart has an alternative text."""
    for cell in code_cells(lesson):
        for node in ast.walk(parse(cell.source) or ast.Module([], [])):
            if _draws_chart(node):
                alt = next((word.value for word in node.keywords if word.arg == "alt"), None)
                if alt is None or (isinstance(alt, ast.Constant) and not str(alt.value or "").strip()):
                    yield lesson.error(
                        cell.line + node.lineno - 1,
                        "a chart without words",
                        'say in alt="…" what it shows',
                    )


def _draws_chart(node):
    """Whether a node calls a function of lab.charts."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "lab.charts"
    )


def _code_lines(cell):
    """Yield (line, text) for the code in a cell: all of a code cell, the fences of prose."""
    if cell.kind == "code":
        return enumerate(cell.source.split("\n"), start=cell.line)
    return ((line, text) for line, text, fence in lines_of(cell) if fence)


def _marks(lesson, cell, marks, place, allowed):
    """Yield the mistakes in the markers of a cell; they belong into *place*, and are *allowed* if
    the cell is one."""
    opened = None
    for line, text in enumerate(cell.source.split("\n"), start=cell.line):
        found = MARKS.search(text)
        if not found or found[2] not in marks[0]:
            continue
        begins = found[1] == "BEGIN"
        if not allowed:
            yield lesson.error(line, f"'{text.strip()}' in this cell", f"it belongs into {place}")
            return
        if text.strip() not in marks:
            yield lesson.error(
                line, f"a marker that reads '{text.strip()}'", f"write {marks[not begins]}"
            )
        elif begins == bool(opened):
            yield lesson.error(line, f"'{text.strip()}' without its other half", PAIRS)
            return
        opened = line if begins else None
    if opened:
        yield lesson.error(opened, f"'{marks[0]}' without its other half", PAIRS)


def _as_released(cell):
    """The source that a student gets."""
    if cell.kind == "markdown":
        return cell.source
    return visible(starter(cell.source))


GATES = (
    no_empty_cells,
    code_compiles,
    code_fits,
    fences_closed,
    solution_marked,
    hidden_marked,
    starter_explains,
    no_leak,
    charts_have_words,
)
