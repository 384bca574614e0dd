"""Whether one answer can have a hand in how another exercise does. Reads code, runs nothing.

An exercise that failed is graded once more on top of reference answers only where that can change
something. When in doubt, it can.
"""

import ast
import builtins
import functools
import symtable

from .seal import split_magic

# Whoever has one of these can reach what no name tells of.
REACHES = frozenset(
    "__builtins__ __import__ builtins ctypes delattr eval exec gc get_ipython globals importlib inspect "
    "IPython locals os setattr signal sys threading vars".split()
)
DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
DECORATORS = frozenset(
    "abstractmethod asynccontextmanager cache cached_property classmethod contextmanager dataclass "
    "lru_cache override property staticmethod total_ordering wraps".split()
)
OWN = "self", "cls"
BROKEN = SyntaxError, ValueError, RecursionError, MemoryError  # what reading code may raise


def may_touch(answer, exercise, given=()):
    """Whether running an answer can change what an exercise does.

    Args:
        answer (str): source of another exercise's cell.
        exercise (Iterable[str]): sources of the exercise's own cells.
        given (Iterable[str]): sources of the cells that are everybody's.

    Returns:
        bool: False only if the answer does nothing but define names, and mentions no name that the
        exercise mentions as well, itself or by way of given cells.
    """
    try:
        only_defines, mentioned = _only_defines(answer), _needs(answer)
    except BROKEN:
        return _is_magic(answer)  # other broken code does nothing at all
    try:
        shared = mentioned & _reached(tuple(exercise), tuple(given))
    except BROKEN:
        return True
    return not only_defines or bool(mentioned & REACHES) or bool(shared)


@functools.lru_cache(maxsize=100)
def _reached(exercise, given):
    """set[str]: the names that an exercise mentions, and those that given cells mention which bind one."""
    modules, left = _modules(given), list(given)
    reached = set().union(*map(_mentioned, exercise)) - modules
    while binding := [source for source in left if _bound(source) & reached]:
        left = [source for source in left if source not in binding]
        reached = reached.union(*map(_mentioned, binding)) - modules
    return reached


def _is_magic(source):
    return any(line.lstrip().startswith(("%", "!", "?")) for line in source.splitlines())


@functools.lru_cache(maxsize=1000)
def _mentioned(source):
    """set[str]: the names of the notebook, builtins included, that a cell binds or reads."""
    found, tables = set(), [_table(source)]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        is_top = table.get_type() == "module"
        found.update(each.get_name() for each in table.get_symbols() if is_top or each.is_global())
    return found


@functools.lru_cache(maxsize=1000)
def _needs(answer):
    """set[str]: the names that an answer mentions, but for builtins that it leaves as they are."""
    return _mentioned(answer) - (set(dir(builtins)) - _bound(answer) - REACHES)


@functools.lru_cache(maxsize=1000)
def _bound(source):
    """set[str]: names of the notebook that a cell binds."""
    symbols = _table(source).get_symbols()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


def _table(source):
    return symtable.symtable(split_magic(source)[1], "cell", "exec")


@functools.lru_cache(maxsize=10)
def _modules(given):
    """set[str]: names of modules that given cells import. Whoever changes one does more than define."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for source in given
        for node in ast.walk(ast.parse(split_magic(source)[1]))
        if isinstance(node, ast.Import)
        for alias in node.names
    } - REACHES


@functools.lru_cache(maxsize=1000)
def _only_defines(answer):
    """bool: whether a cell defines functions, classes and constants, and changes nothing that is there."""
    tree = ast.parse(answer)
    return all(map(_is_tame, tree.body)) and not any(map(_changes_others, ast.walk(tree)))


def _is_tame(statement):
    """bool: whether a statement of the notebook runs no code but its own definitions."""
    if isinstance(statement, DEFINITIONS):
        body = statement.body if isinstance(statement, ast.ClassDef) else []
        return all(map(_is_usual, statement.decorator_list)) and all(map(_is_tame, body))
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return not any(isinstance(node, (ast.Call, ast.Await)) for node in ast.walk(statement))
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.ImportFrom):
        return all(alias.name != "*" for alias in statement.names)
    return isinstance(statement, (ast.Import, ast.Pass))


def _is_usual(decorator):
    """bool: whether a decorator is one of the standard library's that change nothing else."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = getattr(function, "id", "") or getattr(function, "attr", "")
    return name in DECORATORS


def _changes_others(node):
    """bool: whether a node changes an object that may belong to others."""
    if isinstance(node, (ast.Global, ast.Delete)):
        return True
    is_target = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    return is_target and not (isinstance(node.value, ast.Name) and node.value.id in OWN)
