"""Single-site mutants of a solution: cosmic-ray's operators, and three that web code needs."""

import ast
import difflib
import functools
import itertools
import multiprocessing
import os
import pickle
import tomllib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor

from webcourse.lab import checks
from webcourse.lab.syntax import parse

from . import workbench
from .workbench import SOLUTION

SURVIVORS = Path(__file__).with_name("equivalent_mutants.toml")
MUTANT_CPU_SECONDS = 1  # many mutants never end
LEFT_OUT = ("Variable", "ExceptionReplacer")  # these rename variables at random


@dataclass(frozen=True)
class Mutant:
    operator: str
    answer: str
    was: str
    becomes: str


def mutants(solution):
    """Every distinct mutant of the solution's marked regions that differs by one site.

    Docstrings and annotations are left alone: they do not act.
    """
    original = ast.dump(_without_annotations(parse(solution)))
    seen = {original}
    for operator, answer in [*_by_cosmic_ray(solution), *_by_ourselves(solution)]:
        tree = _parsed(answer)
        if tree is None:
            continue
        shape = ast.dump(_without_annotations(tree))
        if shape not in seen and _given_code(answer) == _given_code(solution):
            seen.add(shape)
            yield Mutant(operator, answer, *_changed_line(solution, answer))


def _parsed(source):
    """The tree of *source*, or None where a mutation made it ungrammatical."""
    try:
        return parse(source)
    except SyntaxError:
        return None


def _given_code(source):
    """The part of an answer cell that the student does not write."""
    parts = SOLUTION.split(source)
    return [ast.dump(parse(SOLUTION.sub(r"\g<indent>pass", source)))] if parts[1:] else []


def _by_cosmic_ray(solution):
    """What `cosmic_ray.mutating.mutate_code` makes, with one parse for all: that takes the time."""
    kept = pickle.dumps(get_ast(solution))
    tree = pickle.loads(kept)
    for name in sorted(plugins.operator_names()):
        if any(word in name for word in LEFT_OUT):
            continue
        operator = plugins.get_operator(name)()
        for occurrence in itertools.count():
            visitor = MutationVisitor(occurrence, operator)
            mutated = visitor.walk(tree)
            if not visitor.mutation_applied:
                break
            yield name.removeprefix("core/"), mutated.get_code()
            tree = pickle.loads(kept)


# ------------------------------------------------------------------ strings, statements, returns


def _by_ourselves(solution):
    tree = parse(solution)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
    sites = list(ast.walk(tree))
    for number, node in enumerate(sites):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            if id(node) not in docstrings:
                yield "ChangeText", _edited(solution, node, repr(_other_text(node.value)))
        elif isinstance(node, ast.Return) and node.value is not None:
            yield "ReturnNone", _edited(solution, node, "return None")
        elif isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete)):
            if id(getattr(node, "value", None)) not in docstrings:
                yield "DropStatement", _edited(solution, node, "pass")


def _has_docstring(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)) and (
        ast.get_docstring(node) is not None
    )


def _other_text(value):
    return value + type(value)(b"X") if isinstance(value, bytes) else value + "X"


def _edited(source, node, text):
    """*source* with the text of *node* replaced. Columns of `ast` count bytes."""
    lines = source.encode().splitlines(True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    raw = source.encode()
    return (raw[:start] + text.encode() + raw[end:]).decode()


# ------------------------------------------------------------------ which ones are the same


class _DropAnnotations(ast.NodeTransformer):
    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef


def _without_annotations(tree):
    return _DropAnnotations().visit(tree)


def _changed_line(before, after):
    """The first line that differs, before and after."""
    was = becomes = ""
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- ") and not was:
            was = line[2:].strip()
        if line.startswith("+ ") and not becomes:
            becomes = line[2:].strip()
    return was, becomes


@functools.cache
def known_equivalents():
    """(slug, line before, line after) -> the reason why this mutant is as right as the solution."""
    listed = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("mutant", [])
    return {(m["slug"], m["was"], m["becomes"]): m["reason"] for m in listed}


@dataclass(frozen=True)
class Tally:
    """What became of an exercise's mutants."""

    total: int
    survivors: tuple  # of (Mutant, reason or None)

    @property
    def killed(self):
        return self.total - len(self.survivors)


@functools.cache
def tally_mutants(exercise):
    """Run every mutant of the reference solution through the checks, several at a time.

    More processes than cores, since many mutants make a check wait for its time limit.
    """
    found = list(mutants(exercise.solution))
    context = multiprocessing.get_context("fork")  # the children have the lesson already
    with ProcessPoolExecutor(2 * os.cpu_count(), context) as pool:
        survive = pool.map(_survives, [exercise] * len(found), found)
        survivors = [mutant for mutant, alive in zip(found, survive, strict=True) if alive]
    reasons = known_equivalents()
    return Tally(
        len(found),
        tuple((m, reasons.get((exercise.slug, m.was, m.becomes))) for m in survivors),
    )


def _survives(exercise, mutant):
    checks.CPU_SECONDS = MUTANT_CPU_SECONDS
    return workbench.earns_everything(exercise, mutant.answer)
