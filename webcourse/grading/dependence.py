"""Whether one answer can have a hand in how another exercise does. Reads code, runs nothing.

An exercise that failed is graded once more on top of reference answers only where that can change
something. When in doubt, it can.
"""

import ast
import builtins
import functools
import symtable
import sys

from .seal import split_magic

# Whoever has one of these can reach what no name tells of.
REACHES = frozenset(
    "__builtins__ __import__ builtins ctypes delattr eval exec gc get_ipython globals importlib inspect "
    "IPython locals os setattr signal sys threading vars".split()
)
# What looks and changes nothing, of modules that could.
LOOKS = {
    "inspect": frozenset(
        "Parameter Signature cleandoc getdoc isasyncgenfunction isawaitable isclass iscoroutine "
        "iscoroutinefunction isfunction isgenerator ismethod signature".split()
    ),
    "sys": frozenset(
        "byteorder exc_info exception getsizeof maxsize maxunicode platform version_info".split()
    ),
    "threading": frozenset("Barrier Condition Event Lock RLock Semaphore local".split()),
}
# What only makes a new object, or names one that the library has for everybody.
MAKERS = frozenset(
    "bytearray bytes collections.Counter collections.OrderedDict collections.defaultdict collections.deque "
    "Counter OrderedDict contextvars.ContextVar ContextVar defaultdict deque dict field float frozenset int "
    "asyncio.Event asyncio.Lock asyncio.Queue asyncio.Semaphore itertools.count list logging.getLogger object "
    "range re.compile set str threading.Lock threading.RLock threading.local tuple TypeVar typing.TypeVar".split()
)
DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
DECORATORS = frozenset(
    "abstractmethod asynccontextmanager cache cached_property classmethod contextmanager dataclass "
    "lru_cache override property staticmethod total_ordering wraps".split()
)
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
        exercise, given = tuple(exercise), tuple(given)
        shared = mentioned & _reached(exercise, given) - (_library(given) - _bound(answer))
        shared -= _same_imports(answer, exercise + given)
    except BROKEN:
        return True
    return not only_defines or bool(mentioned & REACHES) or bool(shared)


@functools.lru_cache(maxsize=100)
def _reached(exercise, given):
    """set[str]: the names that an exercise mentions, and those that given cells mention which bind one."""
    left, library = list(given), _library(given)
    reached = set().union(*map(_mentioned, exercise))
    while binding := [source for source in left if _bound(source) & reached - library]:
        left = [source for source in left if source not in binding]
        reached = reached.union(*map(_mentioned, binding))
    return reached


def _is_magic(source):
    return any(line.lstrip().startswith(("%", "!", "?")) for line in source.splitlines())


@functools.lru_cache(maxsize=1000)
def _mentioned(source):
    """set[str]: the names of the notebook, builtins included, that a cell binds or reads, perhaps as text
    from what `globals()` gives."""
    found, tables = set(), [_table(source)]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        is_top = table.get_type() == "module"
        found.update(each.get_name() for each in table.get_symbols() if is_top or each.is_global())
    if "globals" in found:
        nodes = ast.walk(ast.parse(split_magic(source)[1]))
        found.update(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return found


@functools.lru_cache(maxsize=1000)
def _needs(answer):
    """set[str]: the names that an answer mentions, but for builtins that it leaves as they are, and
    modules that it only looks with."""
    untouched = set(dir(builtins)) - _bound(answer) - REACHES
    return _mentioned(answer) - untouched - _only_looks(answer)


def _only_looks(answer):
    """set[str]: modules in LOOKS of which an answer uses nothing but what stands there."""
    nodes = [*ast.walk(ast.parse(answer))]
    looks = [
        node.value
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in LOOKS.get(node.value.id, ())
    ]
    others = {node.id for node in nodes if isinstance(node, ast.Name) and node not in looks}
    renamed = {name for name, meaning in _imports(answer).items() if meaning != (name, None)}
    return LOOKS.keys() - others - renamed


@functools.lru_cache(maxsize=1000)
def _bound(source):
    """set[str]: names of the notebook that a cell binds."""
    symbols = _table(source).get_symbols()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


@functools.lru_cache(maxsize=1000)
def _imports(source):
    """dict[str, tuple]: what the names stand for that a cell imports, wherever it does."""
    found = {}
    for node in ast.walk(ast.parse(split_magic(source)[1])):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (alias.name, alias.asname)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = (node.level, node.module, alias.name)
    return found


def _same_imports(answer, others):
    """set[str]: names that an answer binds by nothing but an import, and other cells by the same one."""
    own = _only_imported(answer)
    theirs = [_imports(other) for other in others] if own else []
    return {name for name in own if any(each.get(name) == own[name] for each in theirs)}


@functools.lru_cache(maxsize=1000)
def _only_imported(answer):
    """dict[str, tuple]: of `_imports`, the names that nothing else binds, wherever it may."""
    nodes = [*ast.walk(ast.parse(answer))]
    bound = {node.name for node in nodes if isinstance(node, DEFINITIONS)}
    bound |= {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    return {name: meaning for name, meaning in _imports(answer).items() if name not in bound}


def _table(source):
    return symtable.symtable(split_magic(source)[1], "cell", "exec")


@functools.lru_cache(maxsize=10)
def _library(given):
    """set[str]: what given cells import: modules, and names from the standard library. Whoever changes
    such a thing does more than define."""
    meanings = {name: meaning for source in given for name, meaning in _imports(source).items()}
    return {
        name
        for name, meaning in meanings.items()
        if len(meaning) == 2 or str(meaning[1]).partition(".")[0] in sys.stdlib_module_names
    } - REACHES


@functools.lru_cache(maxsize=1000)
def _only_defines(answer):
    """bool: whether a cell defines functions, classes and constants, and changes nothing that is there."""
    tree = ast.parse(answer)
    foreign = (_mentioned(answer) - _bound(answer)) | _imports(answer).keys()
    return all(map(is_tame, tree.body)) and not any(_changes(node, foreign) for node in ast.walk(tree))


def is_tame(statement):
    """bool: whether a statement of the notebook runs no code but its own definitions."""
    if isinstance(statement, DEFINITIONS):
        body = statement.body if isinstance(statement, ast.ClassDef) else []
        tame = all(map(_is_usual, statement.decorator_list)) and all(map(is_tame, body))
        return tame and not any(map(_calls, _evaluated(statement)))
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return not _calls(statement)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.ImportFrom):
        return all(alias.name != "*" for alias in statement.names)
    return isinstance(statement, (ast.Import, ast.Pass))


def _evaluated(definition):
    """list[ast.AST]: what is evaluated where a function or class is defined, beside its decorators."""
    if isinstance(definition, ast.ClassDef):
        return [*definition.bases, *definition.keywords]
    return [definition.args, *filter(None, [definition.returns])]


def _calls(node):
    """bool: whether evaluating *node* calls or awaits something that may do more than make an object."""
    if isinstance(node, ast.Lambda):  # its body waits
        return _calls(node.args)
    if isinstance(node, ast.Await) or (
        isinstance(node, ast.Call) and ast.unparse(node.func) not in MAKERS
    ):
        return True
    return any(map(_calls, ast.iter_child_nodes(node)))


def _is_usual(decorator):
    """bool: whether a decorator is one of the standard library's that change nothing else."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = getattr(function, "id", "") or getattr(function, "attr", "")
    return name in DECORATORS


def _changes(node, foreign):
    """bool: whether a node changes an object that may belong to others: one behind a name in *foreign*,
    or behind what is no name. A name that is local is taken for an object of the function's own."""
    if isinstance(node, ast.Global):
        return True
    if not isinstance(node, (ast.Attribute, ast.Subscript)) or isinstance(node.ctx, ast.Load):
        return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) and node.id in foreign
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return not isinstance(node, ast.Name) or node.id in foreign
