"""Virtual time: code that sleeps, expires and times out, run in no time at all.

    with virtual_time() as clock:
        asyncio.run(main())             # ten times asyncio.sleep(0.1): no waiting
        assert clock.elapsed == 1.0
        clock.advance(3600)             # and an hour later ...

Inside the block time passes only when code sleeps or somebody calls `advance`; a look at a
clock costs one microsecond of it. So no result depends on how busy the machine is, and code that
would wait for ever fails at once, with the name of the task and the line that waits.

The functions in `_SWITCHED` are replaced when this module is imported, by switches that call
the original outside a block. A name that was imported earlier (`from time import sleep`)
bypasses its switch, so the notebook's set-up cell imports this module first.

Limits: `queue.Queue.get(timeout=…)`, `threading` and socket timeouts stay real; a real socket
cannot be awaited in virtual time; and this is no wall against hostile code.
"""

import asyncio
import contextlib
import functools
import inspect
import math
import operator
import sys
import threading
import time

import time_machine

from . import loops
from .loops import VirtualTimeError

MICROSECONDS = 10**6  # in a second
# What the monotonic clocks show when a block begins, in seconds. It is the same on every machine,
# since the rounding of floats depends on it, and so may the order of two timers. It is later than
# the stamps of any machine that has been up for less than two years: time does not go backwards.
BEGINNING = 2**26

_realm = None  # the Realm of the block that is open, or None
_worker = threading.local()  # `.clock`: the clock of a thread that serves asyncio.to_thread
_abandoned = []  # tasks that outlived their loop; collected, a `try/except` in them would run on


@contextlib.contextmanager
def virtual_time(budget=600, start=None):
    """Run the block in virtual time.

    Args:
        budget (float): seconds that the code may sleep altogether, before it counts as endless.
        start (int): seconds since the epoch, the time of day at which the block begins; now.

    Yields:
        Clock: to read what has elapsed and to let time pass.

    Raises:
        RuntimeError: inside another such block, or inside a coroutine.
        VirtualTimeError: when the code waits for ever or sleeps beyond its budget.
    """
    if _called_by_a_coroutine():
        raise RuntimeError("virtual_time() belongs around asyncio.run(...), not into async code")
    start = math.ceil(time.time()) if start is None else start
    with time_machine.travel(start, tick=False) as calendar:
        with _enter(Clock(budget, start, calendar)) as clock:
            yield clock


@contextlib.contextmanager
def script_time():
    """Run the block in real time, but with `asyncio` as in a script, not as in a notebook.

    `asyncio.run` gets a fresh loop that cancels what is left over at its end; the kernel's own
    loop, which nest-asyncio2 has patched, is out of sight.
    """
    with _enter(Realm()) as realm:
        yield realm


class Realm:
    """What `time` and `asyncio` do inside a block. This one is a script's real time."""

    def __init__(self):
        self.unfinished = []  # where tasks still waited when their `asyncio.run` ended
        # Threads that were there before the block (the kernel's) go on in real time.
        self._strangers = {thread.ident for thread in threading.enumerate()}
        self._strangers.discard(threading.get_ident())

    def __getattr__(self, name):
        """The functions of `time`, unless a subclass has its own."""
        if name in _originals:
            return _originals[name]
        raise AttributeError(name)

    get_event_loop = staticmethod(asyncio.get_running_loop)  # no other loop, as in Python 3.14

    def new_event_loop(self):
        return loops.ScriptLoop()

    def run(self, main, *, debug=None, loop_factory=None):
        """`asyncio.run`, on a loop of ours whatever *loop_factory* says."""
        __tracebackhide__ = True
        if asyncio._get_running_loop():
            raise RuntimeError("asyncio.run() cannot be called from a running event loop")
        try:
            with asyncio.Runner(debug=debug, loop_factory=self.new_event_loop) as runner:
                try:
                    return runner.run(main)
                finally:
                    _abandoned.extend(asyncio.all_tasks(runner.get_loop()))
                    self.unfinished += loops.waiting_places(runner.get_loop())
        except VirtualTimeError as error:
            raise error.with_traceback(None) from None
        except BaseException as error:  # show the code, not the inside of asyncio
            raise error.with_traceback(loops.skip_asyncio(error.__traceback__.tb_next))


class Clock(Realm):
    """Virtual time, counted in whole microseconds so that sums come out even."""

    def __init__(self, budget, start, calendar):
        super().__init__()
        self._budget = budget  # seconds
        self._slept = 0  # seconds
        self._now = 0  # microseconds since the block began
        self._wall = start * MICROSECONDS
        self._monotonic = BEGINNING * MICROSECONDS
        self._calendar = calendar  # moves `datetime` and `time.localtime`
        self._calendar_now = 0
        self._thread = threading.get_ident()

    @property
    def elapsed(self):
        """Virtual seconds since the block began, to the millisecond."""
        return round(self._now / MICROSECONDS, 3)

    def advance(self, seconds):
        """Let *seconds* pass. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError("time cannot go backwards")
        self._now += math.ceil(seconds * MICROSECONDS)
        if self is _realm:  # a worker thread's copy leaves the calendar alone
            self._calendar.shift((self._now - self._calendar_now) / MICROSECONDS)
            self._calendar_now = self._now

    def sleep(self, seconds):
        """`time.sleep`; also what the loop does instead of waiting."""
        __tracebackhide__ = True
        if threading.get_ident() != self._thread:
            raise VirtualTimeError(
                "a thread of its own cannot sleep in virtual time; use asyncio.to_thread"
            )
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.advance(seconds)
        self._slept += seconds
        if self._slept > self._budget:
            raise loops.stuck(f"still sleeping after {self._budget} virtual seconds")

    def _look(self):
        self._now += 1
        return self._now

    def monotonic_ns(self):
        return (self._monotonic + self._look()) * 1000

    def monotonic(self):
        return self.monotonic_ns() / 10**9

    perf_counter, perf_counter_ns = monotonic, monotonic_ns

    def time_ns(self):
        return (self._wall + self._look()) * 1000

    def time(self):
        return self.time_ns() / 10**9

    def new_event_loop(self):
        return loops.VirtualLoop(self)

    @contextlib.contextmanager
    def in_this_thread(self):
        """Make this the clock of the running worker thread."""
        self._thread, _worker.clock = threading.get_ident(), self
        try:
            yield
        finally:
            del _worker.clock

    def seconds_ahead_of(self, other):
        """By how many seconds this clock, a copy, has moved beyond *other*."""
        return max(0, self._now - other._now) / MICROSECONDS


@contextlib.contextmanager
def _enter(realm):
    global _realm
    if _realm:
        raise RuntimeError("virtual_time() is already on")
    _install_switches()  # `nest_asyncio2.apply()` may have replaced some since the import
    _restore_asyncio()
    with _outside_the_running_loop():
        _realm = realm
        try:
            yield realm
        finally:
            _realm = None


def is_virtual():
    """Whether a `virtual_time` block is open."""
    return isinstance(_realm, Clock)


def _called_by_a_coroutine():
    frame = sys._getframe(1)
    while frame and frame.f_globals.get("__name__") in (__name__, "contextlib"):
        frame = frame.f_back
    return bool(frame.f_code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR))


@contextlib.contextmanager
def _outside_the_running_loop():
    """Hide the loop in which Jupyter runs the cell: inside the block it is as in a script."""
    loop = asyncio._get_running_loop()
    task = asyncio.current_task(loop) if loop else None
    if task:
        asyncio._leave_task(loop, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        if task:
            asyncio._enter_task(loop, task)


# ------------------------------------------------------------------ the switches

_SWITCHED = {
    time: ["sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns"],
    asyncio: ["run", "new_event_loop", "get_event_loop"],
    asyncio.events: ["new_event_loop", "get_event_loop"],
}
_originals = {}  # name -> the function that a script in real time would call


class _Switch:
    """A function that obeys the open block, where there is one and the thread belongs to it."""

    def __init__(self, original, name):
        self.original, self.name = original, name
        functools.update_wrapper(self, original)

    def __call__(self, *args, **kwargs):
        __tracebackhide__ = True
        if _realm is None or threading.get_ident() in _realm._strangers:
            return self.original(*args, **kwargs)
        return getattr(getattr(_worker, "clock", _realm), self.name)(*args, **kwargs)


def _install_switches():
    for module, names in _SWITCHED.items():
        for name in names:
            function = getattr(module, name)
            if not isinstance(function, _Switch):
                setattr(module, name, _Switch(function, name))
                _originals[name] = function


_genuine = []  # of asyncio's modules: what they hold, its names and values, as the notebook was set up


def remember_asyncio():
    """Take asyncio as it is now for the genuine one: a block begins with it, whatever an answer did."""
    _genuine.clear()
    for module in (asyncio, asyncio.tasks, asyncio.timeouts, asyncio.locks, asyncio.queues):
        switched = _SWITCHED.get(module, ())
        held = vars(module)
        names = [name for name in held if name not in switched and not name.startswith("__")]
        _genuine.append((held, names, [held[name] for name in names]))


def _restore_asyncio():
    for held, names, values in _genuine:
        if not all(map(operator.is_, map(held.get, names), values)):  # in C: a block opens often
            held.update(zip(names, values, strict=True))


_install_switches()
remember_asyncio()
