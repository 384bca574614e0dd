"""Gates for where names come from: grading runs given cells, one answer and its checks, no more."""

import ast
import builtins
import symtable
from functools import lru_cache

from ..lesson import sections
from ..solutions import starter
from .code import MAGIC, code_cells, parse

FIXTURES = frozenset({"see", "rng", "clock"})  # `checks` tells where an argument is missing
ALWAYS_THERE = frozenset(dir(builtins)) | {"__name__", "__file__", "display", "get_ipython"}


def names_are_there_at_grading(lesson):
    """Given cells, answers and checks use names of given cells above and of the answer, no others."""
    if not all(parse(cell.source) and parse(starter(cell.source)) for cell in code_cells(lesson)):
        return  # `code_compiles` tells; what such a cell binds is not known
    given, elsewhere = set(), _binders(lesson)
    for _, _, cells in sections(lesson):
        answers = set()
        for cell in cells:
            if cell.role not in ("given", "exercise", "tests"):
                continue
            there = ALWAYS_THERE | given | bound(cell.source)
            there |= answers | FIXTURES if cell.role == "tests" else set()
            for name in sorted(used(cell.source) - there):
                yield from _unknown(lesson, cell, name, elsewhere.get(name))
            if cell.role == "given":
                given |= bound(cell.source)
            if cell.role == "exercise":
                answers |= bound(starter(cell.source))


def names_have_one_meaning(lesson):
    """No cell gives another meaning to a name of a given cell or of an answer."""
    owner = {}
    for cell in code_cells(lesson, "given", "exercise"):
        for name in bound(starter(cell.source), imports=False):
            owner.setdefault(name, cell)
    for cell in code_cells(lesson, None, "given", "exercise"):
        for name in sorted(bound(cell.source) & owner.keys()):
            if owner[name] is not cell and name not in bound_by_solution_only(cell):
                yield lesson.error(
                    _line_of(cell, name),
                    f"'{name}' is already a name of '{owner[name].name}'",
                    "choose another name here",
                )


@lru_cache(maxsize=1024)
def bound(source, imports=True):
    """The names that a cell leaves behind: those that it assigns, defines or imports."""
    table = _table(source)
    return frozenset(
        symbol.get_name()
        for symbol in (table.get_symbols() if table else ())
        if symbol.is_assigned() or symbol.is_namespace() or (imports and symbol.is_imported())
    )


@lru_cache(maxsize=1024)
def used(source):
    """The names that a cell takes from the notebook, in its functions too."""
    table = _table(source)
    return frozenset(_globals_of(table)) if table else frozenset()


def bound_by_solution_only(cell):
    """Names of an answer cell that are none of its interface."""
    return bound(cell.source) - bound(starter(cell.source)) if cell.role == "exercise" else frozenset()


def _table(source):
    """The symbol table of a cell, None if it does not compile."""
    if parse(source) is None:
        return None
    code = MAGIC.sub("", source, count=1) if source.startswith("%%") else source
    return symtable.symtable(code, "<cell>", "exec")


def _globals_of(table):
    """Yield the global names that are read in a table and in those inside it."""
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals_of(child)


def _binders(lesson):
    """The cells that bind a name, the last one for each name."""
    return {name: cell for cell in code_cells(lesson) for name in bound(cell.source)}


def _unknown(lesson, cell, name, binder):
    """Yield the mistake of using *name*, which *binder* binds, or no cell at all.

    Where a name is bound nowhere, it may come from another fragment.
    """
    if binder:
        kind = f"'{binder.name}'" if binder.name else "a demonstration"
        yield lesson.error(
            _line_of(cell, name),
            f"'{name}' comes from {kind} (line {binder.fence}), which is not there at grading",
            "take it from a given cell above, or define it here",
        )
    elif lesson.assignment:
        yield lesson.error(
            _line_of(cell, name),
            f"'{name}' is defined nowhere",
            "define or import it in this cell or in a given cell above",
        )


def _line_of(cell, name):
    """The line of the lesson on which a cell first mentions *name*."""
    for node in ast.walk(parse(cell.source)):
        mentioned = getattr(node, "id", None) or getattr(node, "name", None)
        if mentioned == name and hasattr(node, "lineno"):
            return cell.line + node.lineno - 1
    return cell.line


GATES = (names_are_there_at_grading, names_have_one_meaning)
