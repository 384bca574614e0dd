"""What the notebooks import. The first cell of each reads

    from webcourse import lab

    lab.setup("request-lifecycle")

and the rest of the notebook uses `lab.virtual_time`, `lab.serve`, `lab.charts`, `lab.sliders`,
`lab.progress` and, in a capstone, `lab.pieces`. Importing this package opens no socket and starts no
thread or process.
"""

from . import clock  # first: it switches the functions of `time`, before student code imports them
from . import charts  # isort: skip
from .clock import virtual_time
from .controls import sliders
from .live import serve
from .pieces import pieces
from .progress import progress
from .setup import setup

__all__ = ["charts", "clock", "pieces", "progress", "serve", "setup", "sliders", "virtual_time"]
