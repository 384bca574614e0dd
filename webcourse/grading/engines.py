"""Where jobs run: in processes of this machine, or on a cluster. Both give the same results.

An engine is a context manager. `run(tasks)` takes `work.Task`s and yields (task, result or exception) in
the order in which they are done. It takes tasks as it goes, so that a large class is never in memory.
`stop()` may be called from a signal handler: what runs ends early, and no more tasks are taken.
"""

import concurrent.futures
import contextlib
import itertools
import multiprocessing
import operator
import os
import pickle
import platform
import queue
import signal
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool

from .. import __version__
from . import GRADING, room, work
from .course import CourseError

AHEAD = 3  # tasks that wait for each worker, so that none is idle
ANSWER_SECONDS = 10  # that a scheduler may take to answer
CHECK_SECONDS = 60  # that workers may take to make their first room
LOST_SECONDS = 30  # without workers, until a run gives up
ASKING = 0.2  # seconds between two questions whether the run was called off


def processors():
    """int: how many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


class Gone(Exception):
    """The worker ended that had a submission in hand, twice."""


class _Engine:
    """What both have in common."""

    is_stopped = False

    def stop(self):
        """Let what runs end early, and take no more."""
        self.is_stopped = True

    def _taken(self, tasks):
        return itertools.takewhile(lambda _: not self.is_stopped, tasks)


class LocalPool(_Engine):
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
        # A pipe, because a worker that is killed while it looks at an Event locks it for all the others.
        self._told, self._tells = self._context.Pipe(duplex=False)
        self._pool = None

    def __str__(self):
        return f"{self.jobs} at a time"

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *exception):
        self.stop()
        self._pool.shutdown(cancel_futures=True)
        self._told.close()
        self._tells.close()

    def _start(self):
        self._pool = concurrent.futures.ProcessPoolExecutor(
            self.jobs, self._context, _start_worker, (self.kits, self._told)
        )
        self._pool.submit(int).result()  # the processes start now, before there are threads

    def stop(self):
        """See the module."""
        if not self.is_stopped:
            super().stop()
            self._tells.send_bytes(b"stop")  # nobody reads it, so all see that it is there

    def run(self, tasks):
        """See the module. When a worker ends, every submission that was on its way is tried again, each
        alone: the one that ends its worker once more is `Gone`."""
        running, suspects = {}, []
        for task in self._taken(tasks):
            try:
                future = self._pool.submit(_grade, task)
            except BrokenProcessPool:
                self._start()
                future = self._pool.submit(_grade, task)
            running[future] = self._pool, task
            while len(running) >= AHEAD * self.jobs:
                yield from self._finished(running, suspects)
        while running:
            yield from self._finished(running, suspects)
        for task in suspects:
            yield task, self._graded_alone(task)

    def _finished(self, running, suspects):
        done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            pool, task = running.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool:  # as of all others that it had
                suspects.append(task)
                if pool is self._pool:
                    self._start()
                continue
            except Exception as error:
                result = error
            yield task, result

    def _graded_alone(self, task):
        try:
            return self._pool.submit(_grade, task).result()
        except BrokenProcessPool:
            self._start()
            return Gone("the worker process ended twice while it graded this submission")
        except Exception as error:
            return error


def _start_worker(kits, told):
    """What a process of the pool does first."""
    global _kits, _is_stopped
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the pool ends its processes with it
    _kits, _is_stopped = kits, told.poll
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    """A worker whose first process was killed would wait for work for ever, its zygotes with it."""
    multiprocessing.parent_process().join()
    os._exit(1)


_kits, _is_stopped = {}, None


def _grade(task):
    return work.grade_here(_kits[task.assignment, task.notebook], task, _is_stopped)


class Cluster(_Engine):
    """A running `dask.distributed` cluster (the extra "cluster").

    Workers need this version of the package and the walls that are chosen here; the course folder stays
    here.

    Args:
        kits (dict[tuple[str, str], work.Kit]): by assignment and notebook.
        client (distributed.Client): of `connect`; closed at the end.

    Raises:
        CourseError: if its workers cannot grade.
    """

    def __init__(self, kits, client):
        self.kits, self._client = kits, client
        self.address = client.scheduler.address

    def __str__(self):
        return f"on {self._size} workers of {self.address}"

    def __enter__(self):
        try:
            # By a task each, which the cluster repeats when the workers that hold a kit are lost.
            self._grade = self._send(_grade_on_worker)
            self._sent = {key: self._send(kit) for key, kit in self.kits.items()}
            self._check_workers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(OSError, TimeoutError):
            self._client.close(timeout=5)

    def _send(self, thing):
        """A future of *thing*. The scheduler sees bytes, so it does without this package."""
        return self._client.submit(pickle.loads, pickle.dumps(thing), pure=False)

    def _workers(self):
        """dict[str, int]: how many submissions each worker takes at a time, by address."""
        return self._client.nthreads()

    def _check_workers(self):
        """See that every worker can grade, and let it get its rooms ready."""
        workers = self._workers()
        if not workers:
            raise CourseError(
                f"the cluster has no workers: start some with `dask worker {self.address}`"
            )
        self._size, self._threads = len(workers), sum(workers.values())
        check, kit = self._send(_problem), next(iter(self._sent.values()))
        answers = {
            worker: self._client.submit(
                operator.call,
                check,
                kit,
                _here(),
                workers=[worker],
                allow_other_workers=False,
                pure=False,
            )
            for worker in workers
        }
        end = time.monotonic() + CHECK_SECONDS
        for worker, answer in answers.items():
            try:
                problem = answer.result(max(0, end - time.monotonic()))
            except TimeoutError:
                problem = f"it does not answer within {CHECK_SECONDS} s"
            except Exception as error:
                problem = _one_line(error)
            if problem:
                raise CourseError(f"the worker {worker} cannot grade: {problem}")

    def run(self, tasks):
        """See the module. When a worker is lost, the cluster gives what it had to others, several times
        if need be; what ends every worker that gets it comes back as an exception."""
        running, done = {}, queue.SimpleQueue()
        tasks, waited = self._taken(tasks), 0.0
        while True:
            for task in itertools.islice(tasks, max(0, 2 * AHEAD * self._threads - len(running))):
                kit, data = self._sent[task.assignment, task.notebook], pickle.dumps(task)
                future = self._client.submit(operator.call, self._grade, kit, data, pure=False)
                running[future.key] = future, task
                future.add_done_callback(done.put)
            if self.is_stopped:
                self._client.cancel([future for future, _ in running.values()], force=True)
                yield from ((task, room.Cancelled()) for _, task in running.values())
                return
            if not running:
                return
            try:
                future = done.get(timeout=ASKING)
            except queue.Empty:
                waited += ASKING
                if waited > LOST_SECONDS and not self._workers():
                    raise self._lost("its workers are gone") from None
                continue
            waited = 0.0
            _, task = running.pop(future.key)
            yield task, self._result(future)

    def _result(self, future):
        try:
            return future.result()
        except concurrent.futures.CancelledError as error:
            raise self._lost(_one_line(error)) from error
        except Exception as error:
            return error
        finally:
            future.release()

    def _lost(self, reason):
        return CourseError(
            f"the cluster {self.address} was lost ({reason}): what was graded is kept, run again to go on"
        )


def connect(address):
    """Reach a running cluster.

    Args:
        address (str): of the scheduler, such as tcp://10.0.0.1:8786.

    Returns:
        distributed.Client

    Raises:
        CourseError: if it cannot be reached.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError(
            "--scheduler needs dask: install it with `pip install dask distributed`"
        ) from error
    advice = (
        "start one with `dask scheduler`, workers with `dask worker ADDRESS`, and look at the address"
    )
    try:
        return _within(
            ANSWER_SECONDS,
            lambda: Client(address, timeout=ANSWER_SECONDS - 1, set_as_default=False),
            f"no scheduler answers at {address}: {advice}",
        )
    except (OSError, ValueError, ImportError) as error:
        raise CourseError(f"no scheduler answers at {address} ({_one_line(error)}): {advice}") from error


def _within(seconds, action, otherwise):
    """What *action* returns or raises; a CourseError that says *otherwise* when it takes longer."""
    answer = concurrent.futures.Future()

    def act():
        try:
            answer.set_result(action())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=act, daemon=True).start()
    try:
        return answer.result(seconds)
    except concurrent.futures.TimeoutError:
        if answer.done():
            raise
        raise CourseError(otherwise) from None


def _one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split())


# ------------------------------------------------------------------ on a worker of the cluster


def _here():
    """dict[str, str]: what must be the same on every machine, since students' code shows it."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "webcourse": __version__, "grading": GRADING}


def _problem(kit, wanted):
    """str: why this worker cannot grade, empty if it can."""
    have = _here()
    different = [
        f"it has {name} {have[name]}, not {text}" for name, text in wanted.items() if have[name] != text
    ]
    if different:
        return "; ".join(different)
    cells = [(f"cell-{number}", source) for number, source in enumerate(kit.prefix.cells)]
    probe = room.job([*cells, ("probe", "None")], "", kit.limits)
    try:
        work.rooms(kit.walls).run(probe, kit.prefix)
    except room.CannotRun as error:
        return str(error)
    return ""


def _grade_on_worker(kit, data):
    try:
        return work.grade_here(kit, pickle.loads(data))
    except room.CannotRun as error:
        raise room.CannotRun(f"the worker on {platform.node()} cannot grade: {error}") from error
