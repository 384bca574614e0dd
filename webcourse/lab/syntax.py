"""Parsing that survives a fault of Python 3.11."""

import ast
import gc


def parse(source, filename="<unknown>", mode="exec"):
    """`ast.parse`, once more where Python 3.11 raises SystemError.

    It does so when the garbage collector, in the middle of the parse, drops a task whose exception
    nobody has looked at: asyncio logs that, the traceback is parsed for its markers, and the outer
    parse finds its count of recursions changed.
    """
    try:
        return ast.parse(source, filename, mode)
    except SystemError:
        gc.collect()  # whatever was to be dropped is gone now
        return ast.parse(source, filename, mode)
