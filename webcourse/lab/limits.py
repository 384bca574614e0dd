"""A limit on how long code may compute, for code that may never end."""

import contextlib
import random
import signal
import sys
import threading

WALL_FACTOR = 6  # waiting may take this many times as long as computing
OURS = sys.stdlib_module_names | {"webcourse", "time_machine", "nest_asyncio2"}
SOON = 1e-6, 3e-5  # seconds, from and to
REPEAT = 1  # seconds after which code that went on is stopped again


class TimeLimitExceeded(BaseException):
    """The code does not end. `except Exception` does not hide it."""


@contextlib.contextmanager
def time_limit(seconds):
    """Stop the block when it has computed for *seconds* of CPU time, or waited much longer.

    Computing is counted in CPU time, so that a busy machine fails nobody. The limit holds in the
    main thread and where the system has interval timers; elsewhere (Windows) there is none.

    Raises:
        TimeLimitExceeded: also when the code swallowed it at first.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    text = f"still busy after {seconds} seconds: does a loop never end?"
    caller = sys._getframe(2)  # holds the `with` statement; between us is contextlib
    stops, over = 0, False

    def stop(number, frame):
        nonlocal stops
        if over:
            return
        stops += 1
        if stops > 1:
            # The first error was swallowed, by a `try` in a loop. Between two rounds no `try` is
            # in force, for less than a microsecond: try again and again, until one hits it.
            signal.setitimer(signal.ITIMER_REAL, random.uniform(*SOON), REPEAT)
            if not _is_in_their_code(frame, caller):
                return
        raise TimeLimitExceeded(text)

    timers = {
        signal.SIGPROF: (signal.ITIMER_PROF, seconds),
        signal.SIGALRM: (signal.ITIMER_REAL, WALL_FACTOR * seconds),
    }
    previous = {number: signal.signal(number, stop) for number in timers}
    for timer, delay in timers.values():
        signal.setitimer(timer, delay, REPEAT)
    try:
        yield
    finally:
        over = True
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, previous[number])
        if stops:  # again: it may have stopped a background task only
            raise TimeLimitExceeded(text) from None


def _is_in_their_code(frame, caller):
    """Whether student code runs, itself or by calling something, and not our cleaning up."""
    while frame and frame is not caller:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in OURS:
            return True
        frame = frame.f_back
    return False
