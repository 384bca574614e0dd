"""Runs cells behind walls and within limits. Knows nothing of notebooks, grades or students.

A room is a fork of a warm process, the zygote, that has imported what notebooks need and run the cells
that every submission begins with. Results come through a socket, one a cell. When the room is lost (it
ended itself, crashed, or broke a limit), the results until then are there, and the cell that was running
is marked "lost".
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path

from . import walls, zygote
from .guard import CAUSES, CRASH, EXIT, FROM_GUARD, GARBLED, GRACE, MEMORY, OUTPUT, PROCESSES, ROOM, TIME

__all__ = [
    "CAUSES", "CRASH", "EXIT", "GARBLED", "MEMORY", "OUTPUT", "PROCESSES", "ROOM", "TIME",
    "Cancelled", "CannotRun", "Limits", "Prefix", "Rooms", "job",
]  # fmt: skip

ASKING = 0.2  # seconds between two questions whether the run was called off
CLEANING = 10  # seconds that the end of a room may take
SPARE = 20  # seconds that a room may take beyond the time for the notebook
KEPT = 3  # zygotes


@dataclass
class Limits:
    """Of one run. They hold for a submission of the worst kind; an ordinary one stays far below."""

    cell_seconds: int = 20  # that a cell may take
    cell_cpu_seconds: int = 6  # that it may compute
    notebook_seconds: int = 120  # that all cells may take
    memory_mb: int = 1024  # resident, of the child and all that it started
    address_space_mb: int = 4096  # of one process; threads reserve a lot of it
    output_kb: int = 200  # of a cell
    file_mb: int = 50  # of a file that it writes
    open_files: int = 512
    processes: int = 64  # that it may have started
    user_processes: int = 0  # of the user in all, set by the system; 0 for no limit


class CannotRun(Exception):
    """There are no rooms on this system. The message says what to do."""


class Cancelled(Exception):
    """The run was called off from outside."""


def job(cells, seed, limits, files=None, describe=False, silent=()):
    """What `Rooms.run` takes: plain data that can travel to another process.

    Args:
        cells (Iterable[tuple[str, str]]): id and source.
        seed (str): of the checks' random inputs.
        limits (Limits)
        files (dict[str, str] | None): put into the working folder: bytes by relative path, each byte
            as one character.
        describe (bool): the checks tell what stood in each `see(…)`.
        silent (Container[str]): ids of cells of which only the status is of interest.

    Returns:
        dict
    """
    return {
        "cells": [{"id": name, "source": source, "silent": name in silent} for name, source in cells],
        "seed": str(seed),
        "limits": asdict(limits),
        "files": files or {},
        "describe": describe,
    }


@dataclass(frozen=True)
class Prefix:
    """What a zygote does before any submission, all of it the instructor's."""

    cells: tuple = ()  # sources of cells that every submission begins with
    prepared: tuple = ()  # sources of checks that are compiled beforehand
    known: tuple = ()  # sources of other cells that submissions share
    inline: bool = False  # charts that a cell leaves open are displayed


class Rooms:
    """Zygotes, and the rooms that are forked from them. Close it at the end; a context manager does."""

    def __init__(self, kind=None, trust=False):
        """
        Args:
            kind (str | None): of walls; the best of this machine by default.
            trust (bool): do without walls where there are none.

        Raises:
            CannotRun: on Windows.
            walls.NoWalls: if there are none and *trust* is not given.
        """
        if sys.platform == "win32":
            raise CannotRun("grading needs Linux or macOS: on Windows use WSL")
        self.kind = kind or walls.choose(trust)
        self._zygotes = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """End the zygotes, and with them every room."""
        with self._lock:
            while self._zygotes:
                self._zygotes.popitem()[1].close()

    def run(self, job, prefix=Prefix(), cancelled=lambda: False):
        """Run the cells of a job, one after the other, in a room of their own.

        Args:
            job (dict): see `job`.
            prefix (Prefix): the cells that it begins with have been run already where they agree.
            cancelled (Callable[[], bool]): asked several times a second.

        Returns:
            list[dict]: for each cell that ran, in order: `id`, `status` ("ok", "error", "timeout", or
            "lost" for the last one when the room was lost with it), `outputs` in nbformat's shape,
            and for a lost one `cause` (of CAUSES) and `reason` (a clause).

        Raises:
            Cancelled: if *cancelled* said so.
            CannotRun: if no room can be had.
        """
        sources = tuple(cell["source"] for cell in job["cells"][: len(prefix.cells)])
        if sources != prefix.cells:
            prefix = replace(prefix, cells=())
        for attempt in (1, 2):
            try:
                with self._lent(prefix) as zygote:
                    return self._run(zygote, job, cancelled)
            except (ConnectionError, EOFError) as error:  # the zygote is gone: a new one, once
                self._forget(prefix)
                if attempt == 2:
                    raise CannotRun(f"no room can be had: {error or 'the zygote ends'}") from error

    def _run(self, zygote, job, cancelled):
        done = len(zygote.results)
        known = [
            {"id": cell["id"], **result}
            for cell, result in zip(job["cells"][:done], zygote.results, strict=True)
        ]
        token = secrets.token_hex(8)  # messages without it are not the kit's
        rest = {**job, "cells": job["cells"][done:], "walls": self.kind, "token": token}
        with zygote.start(rest) as channel:
            return known + _Run(rest, channel, cancelled, zygote.is_gone).results()

    @contextlib.contextmanager
    def _lent(self, prefix):
        """A zygote that stays until the end of the block: its rooms, those of other threads as well,
        end when it does."""
        with self._lock:
            if prefix not in self._zygotes:
                self._zygotes[prefix] = Zygote(prefix)
            zygote = self._zygotes[prefix]
            zygote.users += 1
            self._zygotes.move_to_end(prefix)
            while len(self._zygotes) > KEPT:
                self._close_unused(self._zygotes.popitem(last=False)[1])
        try:
            yield zygote
        finally:
            with self._lock:
                zygote.users -= 1
                if zygote not in self._zygotes.values():
                    self._close_unused(zygote)

    def _forget(self, prefix):
        with self._lock:
            if prefix in self._zygotes:
                self._close_unused(self._zygotes.pop(prefix))

    @staticmethod
    def _close_unused(zygote):
        if not zygote.users:
            zygote.close()


class Zygote:
    """The process that rooms are forked from."""

    def __init__(self, prefix):
        ours, theirs = socket.socketpair()
        self.channel = ours  # forks of this process use it as well
        self.users = 0  # runs of this process that are in its rooms
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", zygote.__name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        limits = {"cell_seconds": 60, "cell_cpu_seconds": 60, "output_kb": 1000}
        zygote.send(self.channel, {**asdict(prefix), "limits": limits})
        told = zygote.receive(self.channel)
        if told is None:
            raise CannotRun("the process that rooms are made from does not start: see the error above")
        self.results, self.threads = told["results"], told["threads"]

    @contextlib.contextmanager
    def start(self, job):
        """Start a room. Yields the socket that its results come from."""
        results, theirs = socket.socketpair()
        with results:
            with theirs:
                zygote.ask(self.channel, theirs)
            zygote.send(results, job)
            try:
                yield results
            finally:  # the guard cleans up, and then closes its end
                with contextlib.suppress(OSError):
                    results.shutdown(socket.SHUT_WR)
                    results.settimeout(CLEANING)
                    while results.recv(1 << 16):
                        pass

    def is_gone(self):
        """bool: whether the process has ended. It says nothing, so its channel is readable only then."""
        with contextlib.suppress(OSError, ValueError):
            return bool(wait([self.channel], 0))
        return True

    def close(self):
        """End it, and every room that still runs."""
        self.channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
            return
        self.process.kill()
        self.process.wait()


def _environment():
    """dict[str, str]: of the zygote. Rooms can read it, so it holds nothing of the grader's."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": "/box",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR") or str(home / "matplotlib"),  # its list of fonts
        "OPENBLAS_NUM_THREADS": "1",  # threads do not survive a fork
        "OMP_NUM_THREADS": "1",
    }


class _Run:
    """Reads what a room sends. None of it is believed before it is checked."""

    def __init__(self, job, channel, cancelled, is_gone):
        self.names = [cell["id"] for cell in job["cells"]]
        self.token = job["token"]
        self.channel, self.cancelled, self.is_gone = channel, cancelled, is_gone
        self.deadline = time.monotonic() + job["limits"]["notebook_seconds"] + SPARE + GRACE
        self.done, self.ready = [], False

    def results(self):
        """See `Rooms.run`."""
        lost = self._follow()
        if lost and len(self.done) < len(self.names):
            self.done.append(
                {
                    "id": self.names[len(self.done)],
                    "status": "lost",
                    "cause": str(lost["cause"]),
                    "reason": str(lost["reason"]),
                    "outputs": [],
                }
            )
        return self.done

    def _follow(self):
        """Returns None, or how the room was lost (dict)."""
        buffer = b""
        self.channel.settimeout(ASKING)
        while True:
            if self.cancelled():
                raise Cancelled
            if time.monotonic() > self.deadline:
                return {"cause": TIME, "reason": "the room did not end in time"}
            try:
                data = self.channel.recv(1 << 18)
            except TimeoutError:
                continue
            if not data:
                if not self.ready or self.is_gone():  # no fault of the student's
                    raise EOFError("its guard ended")
                return {"cause": CRASH, "reason": "the room's guard was killed"}
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                if line.startswith(FROM_GUARD):
                    end = json.loads(line[1:])["end"]
                    if end and end["cause"] == ROOM:
                        raise EOFError(end["reason"])
                    return end or self._unfinished()
                try:
                    self._take(json.loads(line[1:]))
                except (ValueError, TypeError, KeyError, RecursionError):
                    return {"cause": GARBLED, "reason": "it wrote into the grader's own channel"}

    def _unfinished(self):
        return {"cause": EXIT, "reason": "it ended early"} if len(self.done) < len(self.names) else None

    def _take(self, message):
        if not self.ready:
            self.ready = message["ready"]
            return
        if message["token"] != self.token or message["id"] != self.names[len(self.done)]:
            raise ValueError
        if message["status"] not in ("ok", "error", "timeout"):
            raise ValueError
        if not all(isinstance(output, dict) for output in message["outputs"]):
            raise ValueError
        self.done.append({key: message[key] for key in ("id", "status", "outputs")})
