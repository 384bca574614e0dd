"""What the notebooks import. The first cell of each reads

    from webcourse import lab

    lab.setup("request-lifecycle")

and the rest of the notebook uses `lab.virtual_time`, `lab.serve`, `lab.charts` and `lab.progress`.
Importing this package opens no socket and starts no thread or process.
"""

from . import clock  # first: it switches the functions of `time`, before student code imports them
from . import charts  # isort: skip
from .clock import virtual_time
from .live import serve
from .progress import progress
from .setup import setup

__all__ = ["charts", "clock", "progress", "serve", "setup", "virtual_time"]
