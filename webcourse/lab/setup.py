"""What the set-up cell of a notebook does."""

import os
import sys
import warnings

from . import checks, clock, look


def setup(assignment=""):
    """Make the running notebook ready: event loop, checks, look.

    Args:
        assignment (str): the name of the lesson, for the progress table.
    """
    from IPython import get_ipython
    from IPython.display import HTML, display

    checks.assignment = assignment
    shell = get_ipython()
    _nest_the_event_loop()
    _register_checks(shell)
    look.trim_tracebacks(shell)
    display(HTML(look.style()))


def _nest_the_event_loop():
    """Let `asyncio.run` work in a cell, under the old module's name as well."""
    if sys.platform == "emscripten":  # there the browser's loop does it
        return
    import nest_asyncio2

    sys.modules["nest_asyncio"] = nest_asyncio2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a plain Python shell has no loop to patch
        nest_asyncio2.apply()
    clock.remember_asyncio()


def _register_checks(shell):
    """Put our checks behind `%%ipytest`; cells without our label stay ipytest's."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import ipytest

    ipytest.autoconfig(
        addopts=["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"],
        raise_on_error=True,
        clean="test_*",
    )

    theirs = shell.magics_manager.magics["cell"]["ipytest"]
    theirs = getattr(theirs, "theirs", theirs)  # the set-up cell may run twice

    def run_cell(line, cell):
        if line.strip() == checks.COMPILE_ONLY:
            checks.compile_cell(cell)
        elif checks.LABEL.match(cell):
            checks.run_cell(cell, shell.user_ns)
        else:
            theirs(line, cell)

    run_cell.theirs = theirs
    run_cell._ipython_magic_no_var_expand = True
    shell.register_magic_function(run_cell, magic_kind="cell", magic_name="ipytest")
