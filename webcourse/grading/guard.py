"""Watches one run from outside its room: passes its results on, keeps its limits, and cleans up.

The guard is a fork of the zygote and the parent of the process that runs student code. It takes nothing
from that process but bytes: lines of JSON, which are passed on unread, and the way in which it ended.
"""

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import stat
import sys
import time

import psutil

from . import inside, walls

TICK = 0.1  # seconds between two looks at the room
GRACE = 2  # seconds between telling a cell to stop and ending the room
MESSAGE_LIMIT = 4_000_000  # bytes of one cell's result
TOTAL_LIMIT = 40_000_000  # bytes of all
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)

FROM_ROOM, FROM_GUARD = b".", b"!"  # first byte of a line

# How a run gets lost.
TIME, MEMORY, PROCESSES, OUTPUT = "time limit", "memory limit", "process limit", "output limit"
GARBLED, CRASH, EXIT, ROOM = "garbled", "crash", "exit", "no room"
CAUSES = TIME, MEMORY, PROCESSES, OUTPUT, GARBLED, CRASH, EXIT, ROOM


class Lost(Exception):
    """The run cannot go on."""

    def __init__(self, cause, reason):
        super().__init__(reason)
        self.cause, self.reason = cause, reason


def keep(job, channel):
    """Run a job in a room.

    Args:
        job (dict): see `room.job`.
        channel (socket.socket): takes the room's lines, each behind FROM_ROOM, and a last one behind
            FROM_GUARD: JSON with `end`, which is None, or a dict with `cause` and `reason` when the
            run was lost, and with `cpu` and `seconds`. The cause ROOM is no fault of the job's.
    """
    _die_with_parent()
    os.setsid()
    started = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            _Guard(job, _step_in(job["walls"], stack), channel).run()
        end = None
    except Lost as lost:
        end = {"cause": lost.cause, "reason": lost.reason}
    except (BrokenPipeError, ConnectionError):
        return  # nobody wants to know
    except Exception as error:
        end = {"cause": CRASH, "reason": f"the room broke down ({type(error).__name__}: {error})"}
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in usage)
    last = {"end": end, "cpu": cpu, "seconds": time.monotonic() - started}
    with contextlib.suppress(OSError):
        channel.sendall(FROM_GUARD + json.dumps(last).encode() + b"\n")


def _step_in(kind, stack):
    """Build a room that lasts as long as *stack*, and join it."""
    try:
        room = stack.enter_context(walls.room(kind))
        room.step_in()
    except Exception as error:
        raise Lost(ROOM, f"{kind} fails ({type(error).__name__}: {error})") from error
    return room


class _Guard:
    def __init__(self, job, room, channel):
        self.job, self.room, self.channel = job, room, channel
        self.limits = job["limits"]
        self.cells = len(job["cells"])
        self.done = self.size = 0
        self.buffer = b""
        self.started = self.cell_started = time.monotonic()
        self.cell_cpu = self.cpu = 0.0

    def run(self):
        """Fork the student's process and follow it to its end."""
        room = self.room
        if not room.own_processes:
            _become_subreaper()
        self._carry_files()
        reads, writes = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            try:
                os.close(reads)
                self.channel.close()
                _die_with_parent()
                inside.enter(self.job, room, writes)
            finally:
                os._exit(1)
        os.close(writes)
        self.status = None
        try:
            self._follow(reads)
        finally:
            os.close(reads)
            self._end()

    def _carry_files(self):
        """Put the files of the assignment into the room's folder."""
        folder = self.room.folder
        for name, text in self.job["files"].items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(text.encode("latin-1"))  # bytes, one a character

    # -------------------------------------------------------------- following

    def _follow(self, reads):
        os.set_blocking(reads, False)  # a line may stop in the middle
        with selectors.DefaultSelector() as selector:
            selector.register(reads, selectors.EVENT_READ)
            selector.register(self.channel, selectors.EVENT_READ)
            looked = time.monotonic()
            while self.done <= self.cells:  # the first line says that the room is ready
                events = {key.fd for key, _ in selector.select(TICK)}
                if self.channel.fileno() in events:  # it is never written to: the grader has left
                    raise BrokenPipeError
                if reads in events and not self._read(reads):
                    raise self._death()
                if time.monotonic() - looked >= TICK:
                    self._look()
                    looked = time.monotonic()

    def _read(self, reads):
        """Pass on what the pipe holds. Returns False at its end."""
        try:
            data = os.read(reads, 1 << 16)
        except BlockingIOError:
            return True
        self.size += len(data)
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        if self.size > TOTAL_LIMIT or len(self.buffer) > MESSAGE_LIMIT:
            raise Lost(OUTPUT, "it wrote more output than can be kept")
        if lines:
            lines = lines[: self.cells + 1 - self.done]
            self.channel.sendall(b"".join(FROM_ROOM + line + b"\n" for line in lines))
            self.done += len(lines)
            self.cell_started, self.cell_cpu = time.monotonic(), self.cpu
        return bool(data)

    def _look(self):
        """Check the limits."""
        limits, now = self.limits, time.monotonic()
        self.cpu, memory, processes = self._usage()
        if now - self.started > limits["notebook_seconds"]:
            raise Lost(TIME, f"the notebook took longer than {limits['notebook_seconds']} s")
        if now - self.cell_started > limits["cell_seconds"] + GRACE:
            raise Lost(TIME, f"it did not end within {limits['cell_seconds']} s")
        if self.cpu - self.cell_cpu > limits["cell_cpu_seconds"] + GRACE:
            raise Lost(TIME, f"it was still computing after {limits['cell_cpu_seconds']} s")
        most = limits["memory_mb"] << 20
        if memory > most and self._own_memory() > most:
            raise Lost(MEMORY, f"it used more than {limits['memory_mb']} MB of memory")
        if processes > limits["processes"]:
            raise Lost(PROCESSES, f"it started more than {limits['processes']} processes")

    def _death(self):
        _, self.status = os.waitpid(self.child, 0)
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            if number == signal.SIGXCPU:
                return Lost(TIME, "the notebook computed for too long")
            name = signal.strsignal(number) or f"signal {number}"
            return Lost(CRASH, f"the Python process crashed ({name.lower()})")
        return Lost(EXIT, "it ended the Python process")

    # -------------------------------------------------------------- what the room uses

    def _members(self):
        """list[psutil.Process]: the student's process and all that it started."""
        if not self.room.own_processes:
            return psutil.Process().children(recursive=True)
        members = []
        for number in psutil.pids():  # of the room: its /proc shows no others
            if number not in (1, 2):  # bubblewrap, and the process that it waits for
                with contextlib.suppress(psutil.Error):
                    members.append(psutil.Process(number))
        return members

    def _usage(self):
        """tuple[float, int, int]: CPU seconds, resident bytes and number of processes of the room."""
        cpu, memory, members = 0.0, 0, self._members()
        for member in members:
            with contextlib.suppress(psutil.Error):
                times = member.cpu_times()
                cpu += times.user + times.system + times.children_user + times.children_system
                memory += member.memory_info().rss
        return cpu, memory + _nameless_bytes(members), len(members)

    def _own_memory(self):
        """int: bytes of the room, with what processes share counted once. Takes a while."""
        members = self._members()
        memory = _nameless_bytes(members)
        for member in members:
            with contextlib.suppress(psutil.Error):
                details = member.memory_full_info()
                memory += getattr(details, "pss", details.uss)
        return memory

    # -------------------------------------------------------------- the end

    def _end(self):
        """End everything that was started in the room."""
        if self.room.own_processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.room.first, signal.SIGKILL)  # and the kernel ends the others
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGKILL)
        else:
            end_descendants()
        with contextlib.suppress(ChildProcessError):
            if self.status is None:
                os.waitpid(self.child, 0)


def _nameless_bytes(processes):
    """int: memory in open files without a name (memfd_create(2)), which counts for no process."""
    sizes = {}
    for process in processes:
        folder = f"/proc/{process.pid}/fd"
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                with contextlib.suppress(OSError):
                    file = os.stat(f"{folder}/{name}")
                    if stat.S_ISREG(file.st_mode) and not file.st_nlink:
                        sizes[file.st_dev, file.st_ino] = file.st_blocks * 512
    return sum(sizes.values())


def end_descendants():
    """Kill what is below this process until nothing is; as the subreaper it is the parent of strays."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (family := psutil.Process().children(recursive=True)):
        for act in psutil.Process.suspend, psutil.Process.kill:  # so that none forks meanwhile
            for member in family:
                with contextlib.suppress(psutil.Error):
                    act(member)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)


def _die_with_parent():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _become_subreaper():
    """Let processes that cut themselves loose become ours, for `end_descendants`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
