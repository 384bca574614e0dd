"""Decides what a zygote does once for all submissions of a notebook, see `room.Prefix`."""

import ast

from .canaries import canaries
from .dependence import BROKEN, is_tame
from .room import Prefix
from .seal import is_ours, seal
from .transplant import ANSWER, GIVEN, TESTS, solve

# Calls that only set up a library, and leave no file and no random number behind.
SETTING_UP = frozenset(
    "ipytest.autoconfig ipytest.config matplotlib.use plt.style.use plt.rcParams.update "
    "np.set_printoptions pd.set_option sns.set_theme warnings.filterwarnings warnings.simplefilter".split()
)
INLINE = "%matplotlib inline"  # as every zygote of such notebooks has it already


def prefix(master):
    """What all submissions of a notebook have in common.

    In courses of ours that are the given cells at its beginning. In others a given cell may read files
    that only a room has, or draw random numbers that are to differ; so there it is those that import
    modules, define something and set libraries up. A student may have changed them: then they run again.

    Args:
        master (Master)

    Returns:
        Prefix
    """
    steps = solve(master).steps
    cells, prepared, known = [], [], []
    for step in steps:
        if step.role != GIVEN or not (master.sealed or _is_harmless(step.source, master.beside)):
            break
        cells.append(step.source)
    for step in steps:
        if step.role == TESTS and is_ours(step.source):
            prepared.append(seal(step.source))
        elif step.role != ANSWER:  # no solution is ever in a room without need
            known.append(step.source)
    known += [step.source for step in canaries(master)]
    return Prefix(tuple(cells), tuple(prepared), tuple(known), inline=not master.sealed)


def _is_harmless(source, files):
    """bool: whether a cell does the same wherever and whenever it runs, and needs none of *files*."""
    lines = [line for line in source.splitlines() if line.strip() != INLINE]
    try:
        statements = ast.parse("\n".join(lines)).body
    except BROKEN:  # such as other magics
        return False
    beside = {name.split("/")[0].removesuffix(".py") for name in files}
    return all(
        (_names_something(statement) or _sets_up(statement)) and beside.isdisjoint(_imported(statement))
        for statement in statements
    )


def _names_something(statement):
    """bool: whether a statement imports, defines or names something, and changes nothing."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = getattr(statement, "targets", None) or [statement.target]
        parts = [node for target in targets for node in ast.walk(target)]
        if any(isinstance(node, (ast.Attribute, ast.Subscript)) for node in parts):
            return False  # such as os.environ[…]: rooms have an environment of their own
    return is_tame(statement)


def _sets_up(statement):
    """bool: whether a statement is one of the calls in SETTING_UP, with constants."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    call = statement.value
    inner = [*call.args, *(keyword.value for keyword in call.keywords)]
    is_constant = not any(isinstance(node, ast.Call) for each in inner for node in ast.walk(each))
    return ast.unparse(call.func) in SETTING_UP and is_constant


def _imported(statement):
    """Yields the names of the modules that are imported anywhere in a statement."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
