"""Answers that end the process, or try to end others.

What could end processes of the machine itself does nothing unless it runs among processes of its own.
"""

from ..submission import after, attack, honest

GONE = "ended the Python process", "crashed"
ALONE = """
import os
import signal

if os.readlink("/proc/self/ns/pid") == "@NAMESPACE@":
    raise RuntimeError("@BOUND@")
"""


def killer(name, what, slug, code, reasons=GONE):
    return attack(name, what, {slug: code}, reasons=reasons)


EXITS = [
    killer("exits", "ends the process at once", "slugify", "import os\n\nos._exit(0)"),
    killer(
        "exits-when-called",
        "ends the process when it is called, as if all were well",
        "fetch-all",
        "import os\n\n\nasync def fetch_all(fetch, names):\n    os._exit(0)",
    ),
    killer(
        "exits-after-a-right-answer",
        "a right answer, and the end of the process",
        "parse-port",
        after("parse-port", "import os\n\nos._exit(0)"),
    ),
    attack(
        "system-exit",
        "SystemExit, quit() and KeyboardInterrupt when it is called",
        {
            "slugify": "import sys\n\n\ndef slugify(title):\n    sys.exit(0)",
            "is-fresh": "def is_fresh(age, max_age):\n    quit()",
            "parse-port": "def parse_port(text):\n    raise KeyboardInterrupt",
        },
    ),
    attack(
        "base-exceptions",
        "exceptions that no `except Exception` catches",
        {
            "moving-average": """
                class Stop(BaseException):
                    pass


                def moving_average(values, width):
                    raise Stop
            """,
            "fetch-all": """
                import asyncio


                async def fetch_all(fetch, names):
                    raise asyncio.CancelledError
            """,
            "count-words": "def count_words(text):\n    raise GeneratorExit",
            "slugify": """
                class Odd(BaseException):
                    def __str__(self):
                        raise self

                    __repr__ = __str__


                def slugify(title):
                    raise Odd
            """,
        },
    ),
    honest(
        "exits-politely",
        "right answers that end with sys.exit(), quit() and a SystemExit",
        {
            "slugify": after("slugify", "import sys\n\nsys.exit(1)"),
            "is-fresh": after("is-fresh", "quit()"),
            "count-words": after("count-words", "raise SystemExit"),
        },
    ),
    killer(
        "execs",
        "replaces the process by another program",
        "count-words",
        'import os\n\nos.execv("/usr/bin/env", ["env", "true"])',
    ),
    killer(
        "leaves-by-a-fork",
        "goes on in a copy of the process, and ends the process",
        "slugify",
        after("slugify", "import os\n\nif os.fork():\n    os._exit(0)"),
    ),
    honest(
        "twins",
        "right answers, and a fork after which both copies go on",
        {"slugify": after("slugify", "import os\n\nos.fork()")},
    ),
    killer(
        "exits-later",
        "a timer of the interpreter that ends the process",
        "moving-average",
        """
        import faulthandler
        import os
        import time

        faulthandler.dump_traceback_later(0.05, exit=True, file=open(os.devnull, "w"))
        time.sleep(1)
        """,
    ),
]

SIGNALS = [
    killer(
        "kills-itself",
        "SIGKILL to itself",
        "is-fresh",
        "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)",
    ),
    killer(
        "kills-its-group",
        "SIGKILL to its process group",
        "moving-average",
        """
        import os
        import signal


        def moving_average(values, width):
            os.killpg(0, signal.SIGKILL)
        """,
    ),
    killer(
        "kills-everything",
        "SIGKILL to every process that it may send one to, then to itself",
        "parse-port",
        ALONE + "\nos.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)",
    ),
    killer(
        "kills-the-first",
        "every signal to the first process and to its parent, then SIGKILL to itself",
        "slugify",
        ALONE
        + """
for number in sorted(set(signal.Signals) - {signal.SIGCHLD, signal.SIGCONT}, reverse=True):
    for process in {1, os.getppid()} - {0, os.getpid()}:
        try:
            os.kill(process, number)
        except OSError:
            pass
os.kill(os.getpid(), signal.SIGKILL)
""",
    ),
    killer(
        "stops-itself",
        "SIGSTOP to itself",
        "count-words",
        "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGSTOP)",
        reasons=("did not end", "time", "stopped"),
    ),
    killer(
        "terminates-itself",
        "SIGTERM to itself when it is called",
        "slugify",
        "import os\n\n\ndef slugify(title):\n    os.kill(os.getpid(), 15)",
    ),
    killer(
        "alarm",
        "the timer that the grader uses, set to end the process",
        "is-fresh",
        """
        import signal
        import time

        for name in ("SIGALRM", "SIGPROF", "SIGVTALRM"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        time.sleep(1)
        """,
    ),
    killer(
        "out-of-time",
        "a limit of its own on computing, and a loop",
        "moving-average",
        """
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True:
            pass
        """,
        reasons=(),
    ),
]

CRASHES = [
    killer(
        "segfault",
        "reads from address 0 when it is called",
        "fetch-all",
        "import ctypes\n\n\nasync def fetch_all(fetch, names):\n    ctypes.string_at(0)",
    ),
    killer(
        "segfault-at-once",
        "crashes at once",
        "slugify",
        "import faulthandler\n\nfaulthandler._sigsegv()",
    ),
    killer("aborts", "aborts", "parse-port", "import os\n\n\ndef parse_port(text):\n    os.abort()"),
    killer(
        "stack-overflow",
        "recursion without a limit, past the end of the stack",
        "count-words",
        """
        import sys

        sys.setrecursionlimit(10**9)
        deep = []
        for _ in range(100_000):
            deep = [deep]


        def count_words(text):
            return repr(deep)
        """,
    ),
    killer(
        "scribbles",
        "writes over the interpreter's own objects",
        "is-fresh",
        """
        import ctypes


        def is_fresh(age, max_age):
            for value in (None, True, type, 1, "", ()):
                ctypes.memset(id(value), 0, 24)
        """,
    ),
]

VANDALS = [
    attack(
        "closes-everything",
        "closes every open file of the process",
        {"slugify": "import os\n\nos.closerange(0, 65_536)"},
    ),
    attack(
        "no-more-files",
        "limits of its own that let nothing be opened any more",
        {
            "is-fresh": """
                import resource

                resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
                resource.setrlimit(resource.RLIMIT_AS, (1, 1))
            """
        },
    ),
    attack(
        "vandal",
        "breaks builtins and modules for everybody after it",
        {
            "moving-average": """
                import asyncio
                import builtins
                import json
                import os
                import sys
                import time

                os.environ.clear()
                json.dumps = json.loads = time.time = time.monotonic = time.sleep = None
                asyncio.sleep = asyncio.run = asyncio.gather = None
                sys.stdout = sys.stderr = sys.displayhook = None
                sys.modules.clear()
                for name in ("print", "len", "isinstance", "compile", "exec", "open", "__import__"):
                    delattr(builtins, name)
            """
        },
    ),
    honest(
        "closes-the-doors",
        "right answers that close the streams, delete their folder and go elsewhere",
        {
            "slugify": after("slugify", "import sys\n\nsys.stdout.close()\nsys.stderr.close()"),
            "parse-port": after(
                "parse-port",
                """
                import os
                import shutil

                shutil.rmtree(os.getcwd(), ignore_errors=True)
                os.chdir("/")
                """,
            ),
        },
    ),
]

SUBMISSIONS = [*EXITS, *SIGNALS, *CRASHES, *VANDALS]
