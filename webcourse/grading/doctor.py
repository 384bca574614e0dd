"""What this machine can do for grading, and how to get what is missing: `webcourse doctor`."""

import os
import platform
import shutil
import sys
import tempfile

import psutil
from rich.console import Console
from rich.text import Text

from . import engines, room, walls

PROBES = {  # cells that run in a room, and what each must say
    "files": (
        "try:\n    print(open({file!r}).read())\nexcept OSError:\n    print('closed')",
        "closed\n",
        "the grader's files cannot be read",
    ),
    "loopback": (
        "import socket\nwith socket.create_server(('127.0.0.1', 0)) as s:\n"
        "    socket.create_connection(s.getsockname()).close()\nprint('open')",
        "open\n",
        "exercises can serve on 127.0.0.1",
    ),
    "processes": (
        "import os\ntry:\n    os.kill({pid}, 0)\n    print('seen')\nexcept OSError:\n    print('closed')",
        "closed\n",
        "the grader's processes cannot be reached",
    ),
}
NETWORK = (
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "try:\n    s.connect(('192.0.2.1', 9))\n    print('open')\nexcept OSError:\n    print('closed')"
)  # a datagram socket sends nothing when it connects; 192.0.2.0/24 is nobody's (RFC 5737, 3)


def doctor_command(options):
    """The command `webcourse doctor`.

    Args:
        options (argparse.Namespace): none.

    Returns:
        int: the exit code: 0 if student code can be walled in here.
    """
    console = Console(highlight=False)

    def say(good, what, detail=""):
        mark = {True: "ok    ", False: "MISSES", None: "      "}[good]
        console.print(Text(f"{mark} {what}" + (f": {detail}" if detail else "")), soft_wrap=True)

    say(None, "system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}")
    memory = psutil.virtual_memory().total >> 30
    say(None, "at a time", f"{engines.processors()} submissions (processors), {memory} GB of memory")
    alembic = shutil.which("alembic") or shutil.which("alembic", path=os.path.dirname(sys.executable))
    say(bool(alembic), "nbgrader's gradebook", alembic or "there is no alembic: install nbgrader")
    if sys.platform == "win32":
        say(False, "rooms", "grading needs Linux or macOS: on Windows use WSL")
        return 1
    kinds = walls.missing()
    for kind, reason in kinds.items():
        say(not reason, walls.SAID[kind], reason)
    try:
        kind = walls.choose()
    except walls.NoWalls as refusal:
        say(False, "walls", str(refusal))
        return 1
    good = _probe(kind, say)
    if kinds[walls.BUBBLEWRAP]:
        say(None, "better walls", walls.cure())
    return 0 if good else 1


def _probe(kind, say):
    """Run the probes in a room. Returns whether all came out right."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("open")
        file.flush()
        said = _said(kind, {"file": file.name, "pid": os.getpid()})
    good = True
    for name, (_, wanted, what) in PROBES.items():
        good &= said.get(name) == wanted
        say(said.get(name) == wanted, what, "" if said.get(name) == wanted else said.get(name, "lost"))
    is_closed = said.get("network") == "closed\n"
    say(is_closed, "no way out to the network", "" if is_closed else "student code can open connections")
    return good


def _said(kind, values):
    """dict[str, str]: what the probes print in a room, by name."""
    cells = [(name, source.format(**values)) for name, (source, _, _) in PROBES.items()]
    limits = room.Limits(cell_seconds=5, notebook_seconds=20)
    with room.Rooms(kind) as rooms:
        results = rooms.run(room.job([*cells, ("network", NETWORK)], "doctor", limits))
    return {r["id"]: "".join(o.get("text", "") for o in r["outputs"]) for r in results}
