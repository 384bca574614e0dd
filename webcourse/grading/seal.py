"""Takes the expected values out of checks, before these enter a room with student code.

    assert see(double(21)) == 42        becomes        see(double(21))

A check that is sealed this way only reports what it saw. The judge, outside, knows what the reference
solution showed under the same seed. What is not in the room cannot be found there, by no walk through
frames, files or memory.

An expected value that a check also makes its inputs from stays, since the inputs need it.
"""

import ast
import re
from functools import lru_cache

MAGIC = re.compile(r"\A%%ipytest[^\n]*\n")
LABEL = re.compile(r"# [\d.]+ · [\w-]+ · \d+ points? · locked")
SCOPES = ast.FunctionDef, ast.AsyncFunctionDef
PREFIX = "expected"  # of the names that hold nothing but what is expected


def is_ours(source):
    """bool: whether a tests cell holds checks with `see`, whose values are compared outside."""
    magic = MAGIC.match(source)
    return bool(magic and LABEL.match(source, magic.end()))


def split_magic(source):
    """tuple[str, str]: the line with ipytest's magic, empty if there is none, and the code below it."""
    magic = MAGIC.match(source)
    end = magic.end() if magic else 0
    return source[:end], source[end:]


@lru_cache(maxsize=256)
def seal(source):
    """A tests cell without the values that it expects. Lines keep their numbers.

    Args:
        source (str): of a cell for which `is_ours` holds.

    Raises:
        SyntaxError: if the cell does not parse.
    """
    magic, text = split_magic(source)
    tree = ast.parse(text)
    edits = [edit for node in ast.walk(tree) for edit in _edits(node)]
    return magic + _apply(text, edits)


def _edits(node):
    """Yields (node to replace, new text or node to put in its place)."""
    if isinstance(node, ast.Assert):
        yield node, _seen(node.test)
    if isinstance(node, SCOPES):
        droppable = _only_compared(node)
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign) and _names(statement.targets) <= droppable:
                yield statement.value, "None"
            if isinstance(statement, ast.AugAssign) and _names([statement.target]) <= droppable:
                yield statement, "None"
        for mark in node.decorator_list:
            yield from _emptied_columns(mark, droppable)


def _seen(test):
    """The part of a comparison that calls `see`."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sides = [test.left, test.comparators[0]]
        return next((side for side in sides if _calls_see(side)), test)
    return test


def _calls_see(node):
    return any(isinstance(each, ast.Name) and each.id == "see" for each in ast.walk(node))


def _names(targets):
    """set[str]: what an assignment binds; a target that is no plain name counts as "" ."""
    return {target.id if isinstance(target, ast.Name) else "" for target in targets}


def _only_compared(function):
    """set[str]: the names beginning with "expected" that stand on the far side of an assert only."""
    used, compared = {}, {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used[node.id] = used.get(node.id, 0) + 1
        if isinstance(node, ast.Assert):
            side = _seen(node.test)
            inside = [each for each in ast.walk(side) if each is not node.test]
            for name in ast.walk(node.test):
                if isinstance(name, ast.Name) and not any(name is each for each in inside):
                    compared[name.id] = compared.get(name.id, 0) + 1
    names = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)} | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name)
    }
    return {
        name for name in names if name.startswith(PREFIX) and used.get(name, 0) == compared.get(name, 0)
    }


def _emptied_columns(mark, droppable):
    """The values of droppable names in the rows of a `pytest.mark.parametrize`."""
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize")):
        return
    names, rows = mark.args[:2]
    if not (isinstance(names, ast.Constant) and isinstance(rows, (ast.List, ast.Tuple))):
        return
    columns = names.value.replace(",", " ").split()
    for row in rows.elts:
        cells = row.elts if len(columns) > 1 and isinstance(row, (ast.Tuple, ast.List)) else [row]
        for name, cell in zip(columns, cells):
            if name in droppable:
                yield cell, "None"


def _apply(text, edits):
    """*text* with nodes replaced, from the last to the first; what lies within a replaced one is left."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    data, taken = b"".join(lines), len(text.encode()) + 1
    spans = [
        (
            starts[node.lineno - 1] + node.col_offset,
            starts[node.end_lineno - 1] + node.end_col_offset,
            new,
        )
        for node, new in edits
    ]
    outer = [s for s in spans if not any(_within(s, other) for other in spans)]
    for start, end, new in sorted(outer, key=lambda span: span[:2], reverse=True):
        assert end <= taken
        old = data[start:end]
        if isinstance(new, ast.AST):
            inner = slice(
                starts[new.lineno - 1] + new.col_offset, starts[new.end_lineno - 1] + new.end_col_offset
            )
            above = data[start : inner.start].count(b"\n")
            below = data[inner.stop : end].count(b"\n")
            piece = data[inner]
            if above or below:  # in brackets, so that the line breaks before and after it may stay
                piece = b"(" + b"\n" * above + piece + b"\n" * below + b")"
        else:
            piece = (
                b"(" + new.encode() + b"\n" * old.count(b"\n") + b")" if b"\n" in old else new.encode()
            )
        data, taken = data[:start] + piece + data[end:], start
    return data.decode()


def _within(span, other):
    return span is not other and other[0] <= span[0] and span[1] <= other[1] and span[:2] != other[:2]
