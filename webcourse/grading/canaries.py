"""Questions to checks without `see` whose answer is known: are they still on?

After everything else, in the same process, they are asked about wrong answers, the unsolved starter and
one that does nothing, and about wrong expectations. Where they pass, the student's code has switched them
off, or its values are equal to anything. Only questions that checks answer as they should about the
reference solution are asked about a student.
"""

import ast
import functools
import re

from .seal import split_magic
from .transplant import CANARY, Step

OTHER_RESULTS, STARTER, IDLE = "other results", "the starter", "an idle starter"
MEANING = {  # why an exercise gets nothing whose checks pass
    OTHER_RESULTS: "these checks also pass where they expect something else: the result is equal to anything",
    STARTER: "these checks also pass on the unsolved starter: something switched them off",
    IDLE: "these checks also pass on an answer that does nothing: something switched them off",
}


def _idle(starter):
    """str: a starter whose functions return None in place of raising NotImplementedError."""
    return re.sub(r"^( *)raise NotImplementedError\b.*", r"\1pass", starter, flags=re.MULTILINE)


WRONG_ANSWERS = {OTHER_RESULTS: None, STARTER: str, IDLE: _idle}  # made from the starter
HELD = "_held_in_spite"  # collects, in a tests cell with other results, what holds all the same


def canaries(master, armed=None):
    """What is asked of the tests cells without `see`.

    Args:
        master (Master)
        armed (dict[str, list[str]] | None): the kinds to ask, by tests cell; None for all kinds.

    Returns:
        list[Step]: in the order in which they must run.
    """
    steps = []
    for kind, wrong_answer in WRONG_ANSWERS.items():
        for exercise in master.exercises:
            asked = [name for name in exercise.tests if name not in master.checks]
            asked = [name for name in asked if armed is None or kind in armed[name]]
            sources = {}
            if wrong_answer is None:
                sources = {name: with_other_results(master.source(name)) for name in asked}
            elif asked and exercise.answers:
                sources = {name: wrong_answer(master.starters[name]) for name in exercise.answers}
                sources |= {name: master.source(name) for name in asked}
            steps += [
                Step(canary(kind, name), CANARY, exercise.slug, source)
                for name, source in sources.items()
                if source
            ]
    return steps


def canary(kind, name):
    """str: the name of the step that asks the tests cell *name*."""
    return f"{name} with {kind}"


def canaries_of(name):
    """dict[str, str]: the names of the steps that ask the tests cell *name*, by kind."""
    return {kind: canary(kind, name) for kind in MEANING}


@functools.lru_cache(maxsize=1000)
def with_other_results(source):
    """A tests cell that expects something else wherever it compares with a literal.

    It fails, unless one of these comparisons holds.

    Args:
        source (str): the cell, perhaps with ipytest's magic.

    Returns:
        str: empty where there is no such comparison, or the cell cannot be read.
    """
    magic, cell = split_magic(source)
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    changer = _OtherResults()
    tree = changer.visit(tree)
    if not changer.found:
        return ""
    check = f"assert any({HELD}), 'nothing holds'"
    end = f"def test_after_all_others():\n    {check}" if magic else check
    tree.body = [*ast.parse(f"{HELD} = []").body, *tree.body, *ast.parse(end).body]
    return magic + ast.unparse(ast.fix_missing_locations(tree))


class _OtherResults(ast.NodeTransformer):
    """Turns `assert f(2) == 4` into `(_held_in_spite.append(f(2) == 9), _held_in_spite[-1])[1]`.

    Not in the condition of a loop, which might never end.
    """

    found = False

    def visit_Assert(self, node):
        changer = _OtherComparisons()
        test = changer.visit(node.test)
        self.found |= changer.found
        return ast.Expr(test) if changer.found else node

    def visit_If(self, node):
        node.test = self._changed(node.test)
        return self.generic_visit(node)

    def visit_Assign(self, node):
        node.value = self._changed(node.value)
        return node

    visit_AugAssign = visit_Expr = visit_Assign

    def _changed(self, expression):
        changer = _OtherComparisons()
        expression = changer.visit(expression)
        self.found |= changer.found
        return expression


class _OtherComparisons(ast.NodeTransformer):
    found = False

    def visit_Compare(self, node):
        node = self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
            return node
        sides = node.left, node.comparators[0]
        others = [_other(side) for side in sides]
        if (others[0] is None) == (others[1] is None):
            return node
        self.found = True
        left, right = (ast.unparse(other or side) for other, side in zip(others, sides, strict=True))
        recorded = f"({HELD}.append({left} == {right}), {HELD}[-1])[1]"
        return ast.parse(recorded, mode="eval").body


def _other(node):
    """ast.expr | None: another literal than *node*; None if it is none."""
    match node:
        case ast.Constant(value=bool(value)):
            return ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value) | complex(value)):
            return ast.Constant(2 * value + 1)
        case ast.Constant(value=str(value)):
            return ast.Constant(f"another {value}")
        case ast.Constant(value=bytes(value)):
            return ast.Constant(b"another " + value)
        case ast.Constant(value=None):
            return ast.Constant("another")
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return ast.UnaryOp(node.op, _other(node.operand))
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            others = list(map(_other, elements)) or [ast.Constant("another")]
            if all(others) and not isinstance(node, ast.Set):
                return type(node)(others, ast.Load())
            return ast.Set(others) if all(others) else None
        case ast.Dict(keys=keys, values=values):
            others = list(map(_other, values)) or [ast.Constant("another")]
            if all(others) and None not in keys:
                return ast.Dict(keys or [ast.Constant("another")], others)
    return None
