"""Where jobs run: in processes of this machine, or on a cluster. Both give the same results.

An engine is a context manager. `run(tasks)` takes `work.Task`s and yields (task, result or exception) in
the order in which they are done. It takes tasks as it goes, so that a large class is never in memory.
"""

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool

from . import work
from .course import CourseError

AHEAD = 3  # tasks that wait for each worker, so that none is idle


def processors():
    """int: how many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


class Gone(Exception):
    """The worker ended that had a submission in hand, twice."""


class LocalPool:
    """Processes of this machine, one for each processor by default.

    Args:
        kits (dict[tuple[str, str], work.Kit]): by assignment and notebook.
        jobs (int): processes.
    """

    def __init__(self, kits, jobs=None):
        self.kits, self.jobs = kits, jobs or processors()
        # Forks share what is loaded here, zygotes included (see `work.rooms`); nothing in them touches
        # the gradebook, which is open here. On macOS a fork may hang in the system's libraries.
        self._context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._stop = self._context.Event()
        self._pool = None

    def __str__(self):
        return f"{self.jobs} at a time"

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def _start(self):
        self._pool = concurrent.futures.ProcessPoolExecutor(
            self.jobs, self._context, _start_worker, (self.kits, self._stop)
        )
        self._pool.submit(int).result()  # the processes start now, before there are threads

    def stop(self):
        """Let what runs end at once."""
        self._stop.set()

    def run(self, tasks):
        """See the module. A submission whose worker ended gets a second try, alone."""
        suspects = []
        tasks = iter(tasks)
        while True:
            running = {}
            try:
                for task in tasks:
                    running[self._pool.submit(_grade, task)] = task
                    if len(running) >= AHEAD * self.jobs:
                        yield from self._finished(running)
                while running:
                    yield from self._finished(running)
                break
            except BrokenProcessPool:
                suspects += running.values()
                self._start()
        for task in suspects:
            try:
                yield task, self._pool.submit(_grade, task).result()
            except BrokenProcessPool:
                self._start()
                yield task, Gone("the worker process ended while it graded this submission")
            except Exception as error:
                yield task, error

    def _finished(self, running):
        done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            try:
                result = future.result()
            except BrokenProcessPool:
                raise
            except Exception as error:
                result = error
            yield running.pop(future), result


def _start_worker(kits, stop):
    """What a process of the pool does first."""
    global _kits, _stopped
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process to handle
    _kits, _stopped = kits, stop.is_set


_kits, _stopped = {}, None


def _grade(task):
    return work.grade_here(_kits[task.assignment, task.notebook], task, _stopped)


class Cluster:
    """A running `dask.distributed` cluster (the extra "cluster").

    Workers need this package and walls of their own machine; the course folder stays here.

    Args:
        kits (dict[tuple[str, str], work.Kit]): by assignment and notebook.
        address (str): of the scheduler, such as tcp://10.0.0.1:8786.

    Raises:
        CourseError: if it cannot be reached.
    """

    def __init__(self, kits, address):
        self.kits, self.address = kits, address

    def __str__(self):
        return f"on {len(self._client.scheduler_info()['workers'])} workers of {self.address}"

    def __enter__(self):
        try:
            from distributed import Client
        except ImportError as error:
            raise CourseError(
                "--scheduler needs dask: install it with `pip install dask distributed`"
            ) from error
        try:
            self._client = Client(self.address, timeout=10, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise CourseError(
                f"no scheduler answers at {self.address} ({error or 'timeout'}): start one with "
                "`dask scheduler`, workers with `dask worker ADDRESS`, and look at the address"
            ) from error
        self._sent = {
            key: self._client.scatter(kit, broadcast=True, hash=False) for key, kit in self.kits.items()
        }
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(OSError, TimeoutError):
            self._client.close(timeout=5)

    def stop(self):
        """Let what waits not begin."""
        self._client.cancel(list(self._sent.values()))

    def run(self, tasks):
        """See the module. When a worker is lost, dask gives its submissions to others."""
        from distributed import as_completed

        workers = max(1, len(self._client.scheduler_info()["workers"]))
        tasks = iter(tasks)
        running, waiting = {}, as_completed([], with_results=False)

        def submit(task):
            kit = self._sent[task.assignment, task.notebook]
            future = self._client.submit(work.grade_here, kit, task, pure=False)
            running[future.key] = task
            waiting.add(future)

        for task, _ in zip(tasks, range(2 * AHEAD * workers)):
            submit(task)
        for future in waiting:
            task = running.pop(future.key)
            try:
                result = future.result()
            except Exception as error:
                result = error
            future.release()
            yield task, result
            for more in tasks:
                submit(more)
                break
