"""What the notebooks import. The first cell of each reads

    from webcourse import lab

    lab.setup("request-lifecycle")

and the rest of the notebook uses `lab.virtual_time`, `lab.serve`, `lab.charts` and `lab.progress`.
Importing this package opens no socket and starts no thread or process.
"""

from . import clock  # first: it switches the functions of `time`, before student code imports them
from .clock import virtual_time

__all__ = ["charts", "clock", "progress", "serve", "setup", "virtual_time"]


def __getattr__(name):
    import importlib
    where = {"charts": ("charts", None), "serve": ("live", "serve"), "progress": ("progress", "progress"), "setup": ("setup", "setup")}
    if name not in where:
        raise AttributeError(name)
    module, attr = where[name]
    m = importlib.import_module("." + module, __name__)
    return getattr(m, attr) if attr else m
