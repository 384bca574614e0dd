"""Answers that never end, or take all there is: time, processes, memory, disk, output.

Each has a bound of its own, after which it raises, for a machine on which no limit holds.
"""

from ..submission import after, attack, honest
from ..world import OWN_BOUND

PROCESSES = "process", "Resource temporarily unavailable", "BlockingIOError", "memory"
MEMORY = ("emory",)  # a MemoryError, or the limit's own words

NAMED = """
import ctypes, os, signal, time

def call_me(name):
    # What `ps` shows.
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
"""


def a_limit_held(outcome):
    """It was stopped before its own bound was reached."""
    told = [reason for reason in outcome.reasons.values() if OWN_BOUND in reason]
    assert not told, told


def runaway(name, what, answers, **more):
    """An attack that a limit must have stopped, not its own bound."""
    return attack(name, what, answers, facts=(a_limit_held,), **more)


LOOPS = [
    runaway("endless-loop", "a loop that never ends", {"slugify": "while True:\n    pass"}),
    runaway(
        "endless-call",
        "a loop that never ends, in a function that swallows every exception",
        {
            "count-words": """
                def count_words(text):
                    while True:
                        try:
                            while True:
                                pass
                        except BaseException:
                            pass
            """,
        },
    ),
    runaway(
        "swallows-interrupts",
        "a loop in the answer itself that swallows every interrupt",
        {
            "slugify": """
                while True:
                    try:
                        while True:
                            pass
                    except BaseException:
                        continue
            """
        },
    ),
    runaway(
        "deaf",
        "a wait without an end that blocks and ignores all signals and switches timers off",
        {
            "moving-average": """
                import signal
                import time

                for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                    signal.signal(number, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
                for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF, signal.ITIMER_VIRTUAL):
                    signal.setitimer(timer, 0)
                while True:
                    time.sleep(1)
            """
        },
    ),
    runaway(
        "stays-in-c",
        "a loop inside the interpreter, where no exception can be raised",
        {"parse-port": "import itertools\n\nsum(itertools.repeat(0))"},
    ),
    runaway(
        "sleeps",
        "an answer that sleeps for a year",
        {"moving-average": "import time\n\ntime.sleep(31_536_000)"},
    ),
    runaway(
        "deadlock",
        "an answer that waits for a lock which it holds",
        {"count-words": "import threading\n\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"},
    ),
    attack(
        "asks-the-user",
        "an answer that waits for somebody to type",
        {"slugify": "def slugify(title):\n    return input(title)", "is-fresh": "limit = input()"},
    ),
    runaway(
        "awaits-forever",
        "a coroutine that waits for what never happens",
        {
            "fetch-all": """
                import asyncio


                async def fetch_all(fetch, names):
                    await asyncio.Event().wait()
            """
        },
    ),
    runaway(
        "polls-forever",
        "a coroutine that looks again every second, whatever happens",
        {
            "fetch-all": """
                import asyncio


                async def fetch_all(fetch, names):
                    while True:
                        try:
                            await asyncio.sleep(1)
                        except Exception:
                            pass
            """
        },
    ),
    runaway(
        "endless-repr",
        "a last line whose text never ends",
        {
            "count-words": """
                import time


                class Endless:
                    def __repr__(self):
                        while True:
                            time.sleep(1)


                Endless()
            """
        },
    ),
    honest(
        "endless-exit",
        "right answers, and an exit handler and a thread that never end",
        {
            "slugify": after(
                "slugify",
                """
                import atexit
                import threading
                import time


                def stay():
                    for _ in range(300):
                        time.sleep(0.1)


                atexit.register(stay)
                threading.Thread(target=stay).start()
                """,
            )
        },
    ),
]

THREADS = [
    runaway(
        "spinning-threads",
        "four threads that compute for ever, and a wait for them",
        {
            "is-fresh": """
                import threading


                def spin():
                    while True:
                        pass


                threads = [threading.Thread(target=spin) for _ in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            """
        },
    ),
    runaway(
        "thread-storm",
        "three thousand threads, or as many as it gets, and then a wait for them",
        {
            "moving-average": """
                import threading

                never = threading.Event()
                threads = [threading.Thread(target=never.wait, args=(20,)) for _ in range(3000)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                raise RuntimeError("@BOUND@")
            """
        },
    ),
    attack(
        "saboteur",
        "a thread that raises KeyboardInterrupt in whatever runs after its own answer",
        {
            "slugify": """
                import _thread
                import threading
                import time


                def sabotage():
                    for _ in range(5000):
                        _thread.interrupt_main()
                        time.sleep(0.001)


                threading.Thread(target=sabotage, daemon=True).start()
            """
        },
    ),
    attack(
        "injector",
        "a thread that raises SystemExit in the main thread again and again",
        {
            "moving-average": """
                import ctypes
                import threading
                import time

                main = ctypes.c_ulong(threading.main_thread().ident)


                def inject():
                    for _ in range(5000):
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(main, ctypes.py_object(SystemExit))
                        time.sleep(0.001)


                threading.Thread(target=inject, daemon=True).start()
            """
        },
    ),
]

PROCESS_BOMBS = [
    attack(
        "daemon",
        "a process that cuts itself loose (two forks and a session of its own) and stays",
        {
            "slugify": NAMED
            + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        call_me("@MARK@ dmn")
        time.sleep(45)
    os._exit(0)
"""
        },
    ),
    attack(
        "deaf-daemon",
        "a daemon that ignores every signal and holds on to every open file",
        {
            "parse-port": NAMED
            + """
if os.fork() == 0:
    os.setsid()
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        call_me("@MARK@ deaf")
        end = time.monotonic() + 45
        while time.monotonic() < end:
            time.sleep(0.01)
    os._exit(0)
"""
        },
    ),
    attack(
        "hydra",
        "a process that is replaced by a new one, in a new session, twenty times a second",
        {
            "is-fresh": NAMED
            + """
if os.fork() == 0:
    for generation in range(400):
        os.setsid()
        call_me(f"@MARK@ {generation}")
        time.sleep(0.05)
        if os.fork():
            os._exit(0)
    os._exit(0)
"""
        },
    ),
    honest(
        "background-job",
        "right answers, and programs that were started in the background",
        {
            "count-words": after(
                "count-words",
                """
                import subprocess
                import sys

                program = [sys.executable, "-S", "-c", "import time; time.sleep(45)  # @MARK@"]
                quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                for _ in range(3):
                    subprocess.Popen(program, start_new_session=True, **quiet)
                """,
            )
        },
    ),
    runaway(
        "fork-bomb",
        "forks three hundred times, or as often as it may",
        {
            "slugify": NAMED
            + """
for _ in range(300):
    if os.fork() == 0:
        call_me("@MARK@ bomb")
        time.sleep(30)
        os._exit(0)
time.sleep(20)
raise RuntimeError("@BOUND@")
"""
        },
        reasons=PROCESSES,
    ),
    runaway(
        "doubling-bomb",
        "every process forks, eight generations long",
        {
            "count-words": NAMED
            + """
call_me("@MARK@ dbl")
for _ in range(8):
    os.fork()
time.sleep(20)
raise RuntimeError("@BOUND@")
"""
        },
    ),
]

MEMORY_BOMBS = [
    runaway(
        "memory",
        "a list of pages that grows to more than a gigabyte",
        {
            "slugify": """
                pages = []
                for _ in range(120):
                    pages.append(bytearray(b"x") * 10_000_000)
                raise RuntimeError("@BOUND@")
            """
        },
        reasons=MEMORY,
    ),
    runaway(
        "memory-at-once",
        "a gigabyte in one go, when it is called",
        {
            "slugify": """
                def slugify(title):
                    text = "x" * 1_200_000_000
                    text = text.upper()
                    raise RuntimeError("@BOUND@")
            """
        },
        reasons=MEMORY,
    ),
    runaway(
        "memory-shared-out",
        "twelve processes with a hundred megabytes each",
        {
            "is-fresh": """
                import os
                import time

                for _ in range(12):
                    if os.fork() == 0:
                        page = bytearray(b"x") * 100_000_000
                        time.sleep(20)
                        os._exit(0)
                time.sleep(20)
                raise RuntimeError("@BOUND@")
            """
        },
        reasons=MEMORY,
    ),
    runaway(
        "memory-in-files",
        "half a gigabyte in each of the folders whose files are kept in memory",
        {
            slug: f"""
                page = b"x" * 10_000_000
                for number in range(50):
                    with open(f"{folder}/@MARK@-{slug}-{{number}}", "wb") as file:
                        file.write(page)
                raise RuntimeError("@BOUND@")
            """
            for slug, folder in {"moving-average": "/dev/shm", "is-fresh": "/tmp"}.items()
        },
    ),
    runaway(
        "memory-without-a-name",
        "a gigabyte in files that have no name and count for no process",
        {
            "slugify": """
                import os
                import time

                page = b"x" * 20_000_000
                files = [os.memfd_create("page") for _ in range(60)]
                for file in files:
                    os.write(file, page)
                time.sleep(1)
                raise RuntimeError("@BOUND@")
            """
        },
    ),
    runaway(
        "memory-mapped",
        "a gigabyte of shared memory that belongs to no object",
        {
            "parse-port": """
                import mmap


                def parse_port(text):
                    maps = [mmap.mmap(-1, 100_000_000) for _ in range(12)]
                    for each in maps:
                        for position in range(0, len(each), 4096):
                            each[position] = 1
                    raise RuntimeError("@BOUND@")
            """
        },
        reasons=MEMORY,
    ),
]

DISK_BOMBS = [
    runaway(
        "disk",
        "a file that grows to half a gigabyte",
        {
            "slugify": """
                page = b"x" * 5_000_000
                with open("@MARK@.bin", "wb") as file:
                    for _ in range(100):
                        file.write(page)
                raise RuntimeError("@BOUND@")
            """
        },
    ),
    runaway(
        "disk-in-pieces",
        "two hundred files of two megabytes each, when it is called",
        {
            "count-words": """
                def count_words(text):
                    page = b"x" * 2_000_000
                    for number in range(200):
                        with open(f"@MARK@.{number}", "wb") as file:
                            file.write(page)
                    raise RuntimeError("@BOUND@")
            """
        },
    ),
    attack(
        "disk-labyrinth",
        "folders within folders, locked, with long and odd names, for whoever has to clean up",
        {
            "is-fresh": """
                import os

                home = os.getcwd()
                for name in ("a" * 250, "line\\nfeed", b"\\xff\\xfe", "-rf", "*"):
                    os.mkdir(name)
                for _ in range(300):
                    os.mkdir("deeper" * 30)
                    os.chdir("deeper" * 30)
                    os.chmod(".", 0o300)
                os.chmod(home, 0)
            """
        },
    ),
]

OUTPUT_BOMBS = [
    runaway(
        "prints-forever",
        "prints and displays for ever, from Python and past it",
        {
            "slugify": """
                import os

                from IPython.display import HTML, display

                while True:
                    print("x" * 1000)
                    os.write(1, b"x" * 65536)
                    os.write(2, b"x" * 65536)
                    display(HTML("x" * 100_000))
            """
        },
    ),
    honest(
        "prints-a-lot",
        "right answers, and fifty megabytes of text in long and short lines, from Python and past it",
        {
            "slugify": after(
                "slugify",
                """
                import os

                print("x" * 25_000_000)
                for _ in range(100_000):
                    print("x" * 250)
                for descriptor in (1, 2):
                    os.write(descriptor, b"y" * 60_000)
                """,
            ),
            "is-fresh": """
                import sys


                def is_fresh(age, max_age):
                    print("x" * 1_000_000)
                    print("looking at it", file=sys.stderr)
                    return 0 <= age < max_age
            """,
        },
    ),
    attack(
        "giant-errors",
        "errors with millions of characters, and thousands of calls",
        {
            "moving-average": """
                def moving_average(values, width):
                    raise ValueError("x" * 20_000_000)
            """,
            "is-fresh": """
                def is_fresh(age, max_age):
                    return is_fresh(age, max_age)
            """,
            "count-words": 'raise KeyError("y" * 20_000_000)',
        },
    ),
    attack(
        "giant-values",
        "answers of millions of items, and a number of two hundred thousand digits",
        {
            "slugify": 'def slugify(title):\n    return "x" * 10_000_000',
            "moving-average": "def moving_average(values, width):\n    return [0.5] * 100_000",
            "parse-port": "def parse_port(text):\n    return 10 ** 200_000",
            "count-words": """
                def count_words(text):
                    deep = {}
                    for _ in range(100_000):
                        deep = {"x": deep}
                    return deep
            """,
        },
    ),
]

SUBMISSIONS = [*LOOPS, *THREADS, *PROCESS_BOMBS, *MEMORY_BOMBS, *DISK_BOMBS, *OUTPUT_BOMBS]
