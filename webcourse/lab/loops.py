"""The event loops behind `clock`: one of a script, one that jumps instead of waiting."""

import asyncio
import asyncio.selector_events
import concurrent.futures
import copy
import linecache
import selectors

POLLS = 10_000  # rounds without a wait, after which polling costs time as well


class VirtualTimeError(BaseException):
    """The code cannot go on in virtual time. `except Exception` does not hide it."""


class ScriptLoop(asyncio.selector_events.BaseSelectorEventLoop):
    """A loop as `asyncio.run` makes it in a script.

    Of the common base class, since nest-asyncio2 patches the class of the kernel's loop.
    """

    _nest_patched = True  # tells nest-asyncio2 to keep its hands off


class VirtualLoop(ScriptLoop):
    """A loop that jumps to its next timer instead of waiting for it."""

    def __init__(self, clock):
        super().__init__(_JumpingSelector(clock))
        self._clock = clock

    def time(self):
        return self._clock.monotonic()

    def run_in_executor(self, executor, func, *args):
        """Run *func* in a thread at once, on a copy of the clock; it ends when that copy says."""
        clock = copy.copy(self._clock)

        def work():
            with clock.in_this_thread():
                return func(*args)

        if executor is None:
            if self._default_executor is None:
                self._default_executor = concurrent.futures.ThreadPoolExecutor()
            executor = self._default_executor
        job = executor.submit(work)
        concurrent.futures.wait([job])
        return self.create_task(self._outcome(job, clock))

    async def _outcome(self, job, clock):
        await asyncio.sleep(clock.seconds_ahead_of(self._clock))
        return job.result()

    async def shutdown_default_executor(self, timeout=None):
        if self._default_executor:
            self._default_executor.shutdown()


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, clock):
        super().__init__()
        self._clock = clock
        self._polls = 0

    def select(self, timeout=None):
        """The loop has nothing to do for *timeout* seconds (None: until something wakes it)."""
        events = super().select(0)
        self._polls = self._polls + 1 if timeout == 0 else 0
        if self._polls > POLLS:  # `while not ready: await asyncio.sleep(0)` takes time as well
            self._clock.sleep(0.001)
        if not events and timeout != 0:
            if len(self.get_map()) > 1:  # more than the loop's own wake-up pipe
                raise VirtualTimeError("a real network connection cannot be awaited in virtual time")
            if timeout is None:
                raise stuck("endless wait: nothing can wake this code any more")
            self._clock.sleep(timeout)
        return events


def stuck(reason):
    """The error for code that does not go on, with the places where its tasks wait."""
    places = waiting_places(asyncio._get_running_loop())
    return VirtualTimeError("\n  - ".join([reason, *places]))


def waiting_places(loop):
    """Where the tasks of *loop* wait, as sorted lines of text."""
    return sorted(set(map(_place, asyncio.all_tasks(loop)))) if loop else []


def _place(task):
    """Such as `worker() in line 12: job = await queue.get()`."""
    coroutine, frame = task.get_coro(), None
    while inner := getattr(coroutine, "cr_frame", None):
        if frame is None or not _is_plumbing(inner):
            frame = inner
        coroutine = coroutine.cr_await
    if frame is None:
        return task.get_name()
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    name = frame.f_code.co_qualname.rpartition("<locals>.")[2]
    return f"{name}() in line {frame.f_lineno}: {line}"


def skip_asyncio(traceback):
    """*traceback* without its leading frames of asyncio."""
    while traceback and _is_plumbing(traceback.tb_frame):
        traceback = traceback.tb_next
    return traceback


def _is_plumbing(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0] in ("asyncio", "contextlib")
