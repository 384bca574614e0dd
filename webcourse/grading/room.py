"""Runs cells in a child process with limits. Knows nothing of notebooks, grades or students.

A room is a child forked from a warm, single-threaded server that has imported what notebooks need.
Its results come through a pipe, one a cell. When the child is lost (it ended itself, crashed, or
broke a limit), the results until then are there, and the cell that was running is marked "lost".
"""

import contextlib
import ctypes
import importlib.machinery
import json
import multiprocessing
import multiprocessing.forkserver
import os
import selectors
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass

import psutil

# Imported by the server before it forks; by name, so that this room does not import the other one.
PRELOADED = (
    "webcourse.grading.inside",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "nest_asyncio2",
    "pytest",
    "ipytest",
    "webcourse.lab",
)
TICK = 0.2  # seconds between two looks at a child
GRACE = 2  # seconds between telling a cell to stop and killing it
MESSAGE_LIMIT = 4_000_000  # bytes of one cell's result
TOTAL_LIMIT = 40_000_000  # bytes of all
SET_CHILD_SUBREAPER = 36  # prctl(2)


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


# How a child gets lost.
TIME, MEMORY, PROCESSES, OUTPUT = "time limit", "memory limit", "process limit", "output limit"
GARBLED, CRASH, EXIT = "garbled", "crash", "exit"
CAUSES = TIME, MEMORY, PROCESSES, OUTPUT, GARBLED, CRASH, EXIT


class CannotRun(Exception):
    """There are no rooms on this system. The message says what to do."""


class Cancelled(Exception):
    """The run was called off from outside."""


def job(cells, seed, limits):
    """What `run` takes: plain data that can travel to another process.

    Args:
        cells (Iterable[tuple[str, str]]): id and source.
        seed (str): of the checks' random inputs.
        limits (Limits)

    Returns:
        dict
    """
    return {
        "cells": [{"id": name, "source": source} for name, source in cells],
        "seed": str(seed),
        "limits": asdict(limits),
    }


def run(job, cancelled=lambda: False):
    """Run the cells of a job, one after the other, in a room of their own.

    Args:
        job (dict): see `job`.
        cancelled (Callable[[], bool]): asked several times a second.

    Returns:
        list[dict]: for each cell that ran, in order: `id`, `status` ("ok", "error", "timeout", or
        "lost" for the last one when the child did not survive it), `outputs` in nbformat's shape,
        and for a lost one `cause` (of CAUSES) and `reason` (a clause).

    Raises:
        Cancelled: if *cancelled* said so.
        CannotRun: on Windows.
    """
    folder = tempfile.mkdtemp(prefix="room-")
    try:
        with _Child(job, folder) as child:
            return _Watch(job, child, cancelled).results()
    finally:
        _remove(folder)


# ------------------------------------------------------------------ the child


_context = multiprocessing.get_context("forkserver") if sys.platform != "win32" else None
_starting = threading.Lock()  # also taken while orphans are looked for


class _Child:
    """The process in a room, gone with all that it started at the end of the block."""

    def __init__(self, job, folder):
        from .inside import enter

        start_server()
        self.pipe, theirs = _context.Pipe(duplex=False)
        self.process = _context.Process(target=enter, args=(theirs, job, folder))
        with _starting, _without_main():
            self.process.start()
        theirs.close()
        try:
            self._root = psutil.Process(self.process.pid)
        except psutil.NoSuchProcess:  # over already
            self._root = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        family = self.family()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # before its `setsid` there is no such group
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()
        _kill_orphans()

    def family(self):
        """list[psutil.Process]: the child and all that it started and did not cut loose."""
        try:
            return [self._root, *self._root.children(recursive=True)] if self._root else []
        except psutil.Error:
            return []

    def usage(self):
        """tuple[float, int, int]: CPU seconds, resident bytes and number of processes of the family."""
        cpu, memory, family = 0.0, 0, self.family()
        for member in family:
            with contextlib.suppress(psutil.Error):
                times = member.cpu_times()
                cpu += times.user + times.system + times.children_user + times.children_system
                memory += member.memory_info().rss
        return cpu, memory, len(family)

    def own_memory(self):
        """int: bytes of the family, with what processes share counted once. Takes a while."""
        memory = 0
        for member in self.family():
            with contextlib.suppress(psutil.Error):
                details = member.memory_full_info()
                memory += getattr(details, "pss", details.uss)
        return memory


@contextlib.contextmanager
def _without_main():
    """Keep multiprocessing from importing `__main__` in every child, whatever program we are part of.

    It leaves a package's `__main__` alone, so ours passes for one. (The preload list may name
    `__main__` as well, but before Python 3.14 that has no effect.)
    """
    main = sys.modules["__main__"]
    kept = main.__spec__
    main.__spec__ = importlib.machinery.ModuleSpec("webcourse.__main__", None)
    try:
        yield
    finally:
        main.__spec__ = kept


def start_server():
    """Start the process that rooms are forked from, unless it runs."""
    if _context is None:
        raise CannotRun("grading needs Linux or macOS: on Windows use WSL")
    with (
        _starting,
        _without_main(),
        _variable("OPENBLAS_NUM_THREADS", "1"),
    ):  # threads do not survive a fork
        _context.set_forkserver_preload(list(PRELOADED))
        _become_subreaper()
        # The server ignores Ctrl-C, but not yet while it imports.
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            multiprocessing.forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)


@contextlib.contextmanager
def _variable(name, value):
    kept = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if kept is not None:
            os.environ[name] = kept


def _become_subreaper():
    """Let processes that cut themselves loose from a room become ours, for `_kill_orphans`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_orphans():
    """Kill what rooms left behind: our children in a session that is not ours.

    Only rooms start sessions, and nobody can join another's. A daemon of a room that still runs may
    be hit as well: student code has no business starting one.
    """
    with _starting:
        for child in psutil.Process().children():
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                if os.getsid(child.pid) != os.getsid(0):
                    os.kill(child.pid, signal.SIGKILL)
                    os.waitpid(child.pid, 0)


def _remove(folder):
    """Delete a room's folder, with what student code may have locked in it."""
    os.chmod(folder, stat.S_IRWXU)
    for path, folders, _ in os.walk(folder):
        for inner in (os.path.join(path, name) for name in folders):
            if not os.path.islink(inner):  # chmod would follow it out of the room
                os.chmod(inner, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------------------ the watch


class _Lost(Exception):
    def __init__(self, cause, reason):
        super().__init__(reason)
        self.cause, self.reason = cause, reason


class _Watch:
    """Reads a child's messages and looks at what it uses, until it is done or lost."""

    def __init__(self, job, child, cancelled):
        self.names = [cell["id"] for cell in job["cells"]]
        self.limits = job["limits"]
        self.child, self.cancelled = child, cancelled
        self.done = []
        self.buffer, self.size = b"", 0
        self.started = self.cell_started = time.monotonic()
        self.cell_cpu = self.cpu = 0.0
        self.ready = False

    def results(self):
        """See `run`."""
        try:
            self._follow()
        except _Lost as lost:
            lost = {"status": "lost", "cause": lost.cause, "reason": lost.reason, "outputs": []}
            self.done.append({"id": self.names[len(self.done)], **lost})
        return self.done

    def _follow(self):
        pipe, sentinel = self.child.pipe.fileno(), self.child.process.sentinel
        os.set_blocking(pipe, False)  # a message may stop in the middle
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            selector.register(sentinel, selectors.EVENT_READ)
            looked = time.monotonic()
            while len(self.done) < len(self.names):
                events = {key.fd for key, _ in selector.select(TICK)}
                if pipe in events and not self._read(pipe):
                    selector.unregister(pipe)
                elif sentinel in events and pipe not in events:
                    raise self._death()
                if self.cancelled():
                    raise Cancelled
                if time.monotonic() - looked >= TICK:
                    self._look()
                    looked = time.monotonic()

    def _read(self, pipe):
        """Take what the pipe holds. Returns False at its end."""
        try:
            data = os.read(pipe, 1 << 16)
        except BlockingIOError:
            return True
        self.size += len(data)
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        if self.size > TOTAL_LIMIT or len(self.buffer) > MESSAGE_LIMIT:
            raise _Lost(OUTPUT, "it wrote more output than can be kept")
        for line in lines:
            self._take(line)
        return bool(data)

    def _take(self, line):
        try:
            message = json.loads(line)
            if not self.ready:
                self.ready = message["ready"]
            elif len(self.done) < len(self.names):
                if message["id"] != self.names[len(self.done)] or message["status"] not in (
                    "ok",
                    "error",
                    "timeout",
                ):
                    raise ValueError
                if not all(isinstance(output, dict) for output in message["outputs"]):
                    raise ValueError
                self.done.append({key: message[key] for key in ("id", "status", "outputs")})
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _Lost(GARBLED, "it wrote into the grader's own channel") from None
        self.cell_started, self.cell_cpu = time.monotonic(), self.cpu

    def _look(self):
        """Check the limits."""
        limits, now = self.limits, time.monotonic()
        self.cpu, memory, processes = self.child.usage()
        if now - self.started > limits["notebook_seconds"]:
            raise _Lost(TIME, f"the notebook took longer than {limits['notebook_seconds']} s")
        if now - self.cell_started > limits["cell_seconds"] + GRACE:
            raise _Lost(TIME, f"it did not end within {limits['cell_seconds']} s")
        if self.cpu - self.cell_cpu > limits["cell_cpu_seconds"] + GRACE:
            raise _Lost(TIME, f"it was still computing after {limits['cell_cpu_seconds']} s")
        most = limits["memory_mb"] << 20
        if memory > most and self.child.own_memory() > most:
            raise _Lost(MEMORY, f"it used more than {limits['memory_mb']} MB of memory")
        if processes > limits["processes"]:
            raise _Lost(PROCESSES, f"it started more than {limits['processes']} processes")

    def _death(self):
        self.child.process.join()
        code = self.child.process.exitcode
        if code == -signal.SIGXCPU:
            return _Lost(TIME, "the notebook computed for too long")
        if code < 0:
            name = signal.strsignal(-code) or f"signal {-code}"
            return _Lost(CRASH, f"the Python process crashed ({name.lower()})")
        return _Lost(EXIT, "it ended the Python process")
