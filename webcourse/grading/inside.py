"""The inside of a room: a child process that runs cells and reports each one's outcome.

Student code runs here. Whatever it does to this process, the outside (`room`) copes with.
"""

import ast
import asyncio
import base64
import builtins
import contextlib
import gc
import inspect
import io
import json
import os
import random
import resource
import signal
import sys
import tempfile

from IPython.core import async_helpers
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.formatters import DisplayFormatter
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Instance
from traitlets.config import Config

from .seal import split_magic

KEPT_VARIABLES = "PATH", "LANG", "LC_ALL", "TZ", "MPLBACKEND"
SEED_VARIABLE = "WEBCOURSE_SEED"  # makes the checks leave their verdicts in the output
CALLS_VARIABLE = "WEBCOURSE_CALLS"  # makes them tell what stood in each `see(…)` as well
VERDICT_TYPE = "application/vnd.webcourse.verdict+json"
VERDICT_LIMIT = 1_000_000  # bytes of JSON
COMPILE_ONLY = "--compile-only"  # argument of `%%ipytest` that our kit understands
PREPARING = {"cell_seconds": 20, "cell_cpu_seconds": 20, "output_kb": 100}
LINE_LIMIT, LINES_LIMIT = 4_000, 100  # characters of a line, lines of a traceback
FAILING = "(lambda: 1 / 0)()"
GARBAGE = 10_000  # new objects after which Python looks for cycles; the usual 700 suit small heaps
CANCELLING = 0.1  # seconds that an interrupted `await` gets to end


class CellTimeout(BaseException):
    """The cell takes too long. `except Exception` does not hide it."""

    def _render_traceback_(self):
        return [f"CellTimeout: {self}"]


shell = None  # of this process: the zygote makes it, its forks go on with it


def enter(job, room, pipe):
    """Run a job's cells in this process, and end the process.

    Args:
        job (dict): see `room.run`.
        room: see `walls.room`.
        pipe (int): descriptor that takes a line of JSON when the cells begin, and one for each cell.
    """
    try:
        close_the_doors(job, room, pipe)
        tell = Messenger(pipe, job.pop("token"))
        tell({"ready": True})
        for cell in job["cells"]:
            shell.silent = cell["silent"]
            tell({"id": cell["id"], **run_cell(shell, cell["source"], job["limits"])})
    finally:
        os._exit(0)  # threads and exit handlers of student code have no say


def close_the_doors(job, room, pipe):
    """Leave the grader's session, files and environment, and set the limits of the system."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Not closed: what is open in this process, such as an event loop, believes that they are its own.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor != pipe:
            with contextlib.suppress(OSError):  # the listing's own is gone
                os.fstat(descriptor)
                os.dup2(null, descriptor)
    os.umask(0o077)
    os.chdir(room.folder)
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    os.environ.clear()
    os.environ.update(kept, HOME=room.folder, TMPDIR=room.folder, IPYTHONDIR=room.folder)
    os.environ.update(MPLCONFIGDIR=room.folder, NBGRADER_EXECUTION="autograde")
    os.environ[SEED_VARIABLE] = job["seed"]
    if job["describe"]:
        os.environ[CALLS_VARIABLE] = "yes"
    sys.argv = [""]
    if shell.inline:
        sys.path.insert(0, "")  # files beside a notebook can be imported; here only, not in the guard
    _start_afresh()
    limits = job["limits"]
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: limits["address_space_mb"] << 20,
        resource.RLIMIT_FSIZE: limits["file_mb"] << 20,
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_CPU: limits["notebook_seconds"] + 5,
    }
    if room.own_processes:
        bounds[resource.RLIMIT_NPROC] = 2 * limits["processes"]  # threads count
    elif limits["user_processes"]:
        bounds[resource.RLIMIT_NPROC] = limits["user_processes"]
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (allowed, allowed))
    room.close_door()
    gc.freeze()  # what the zygote imported is shared, and stays so
    gc.set_threshold(GARBAGE)


def _start_afresh():
    """Random numbers and an event loop that no other fork has."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    tempfile.tempdir = None
    shell.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(shell.loop)
    async_helpers._asyncio_event_loop = None


class Messenger:
    """Sends one line of JSON a message, from this process only."""

    # Bound here, because student code may replace them in their modules.
    _dumps, _write, _getpid = map(staticmethod, (json.dumps, os.write, os.getpid))

    def __init__(self, descriptor, token):
        self.descriptor, self.token = descriptor, token
        self.process = os.getpid()

    def __call__(self, message):
        if self._getpid() != self.process:  # a copy that student code forked
            os._exit(0)
        data = memoryview(self._dumps({"token": self.token, **message}).encode() + b"\n")
        while data:
            data = data[self._write(self.descriptor, data) :]


# ------------------------------------------------------------------ one cell


def run_cell(shell, source, limits):
    """Run one cell.

    Returns:
        dict: `status` ("ok", "error" or "timeout") and `outputs` in nbformat's shape.
    """
    shell.outputs = outputs = Outputs(limits["output_kb"] * 1000)
    sys.stdout, sys.stderr = Stream(shell, "stdout"), Stream(shell, "stderr")
    timed_out = []

    def stop(number, frame):
        timed_out.append(number)
        raise CellTimeout("the cell was still busy: does a loop or a wait never end?")

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGPROF, stop)
    ok = False
    try:
        signal.setitimer(signal.ITIMER_REAL, limits["cell_seconds"], 1)
        signal.setitimer(signal.ITIMER_PROF, limits["cell_cpu_seconds"], 1)
        shell.displayhook.muted = source.rstrip().endswith(";")
        ok = _run_in_shell(shell, source).success
    except BaseException as error:  # raised between the shell's own handlers
        outputs.add_error(type(error).__name__, str(error), [f"{type(error).__name__}: {error}"])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    status = "timeout" if timed_out else "ok" if ok else "error"
    return {"status": status, "outputs": outputs.as_list()}


def _run_in_shell(shell, source):
    """IPython's ExecutionResult."""
    if not shell.inline:
        result = shell.run_cell(source, store_history=False)
        shell.execution_count += 1
        return result
    task = shell.loop.create_task(_as_in_a_notebook(shell, source))
    try:
        return shell.loop.run_until_complete(task)
    except BaseException:
        task.cancel()
        with contextlib.suppress(BaseException):  # what it still says belongs to this cell
            shell.loop.run_until_complete(asyncio.wait([task], timeout=CANCELLING))
        raise


async def _as_in_a_notebook(shell, source):
    """Run a cell inside the running event loop, which its `await`s share, and keep In and Out."""
    try:
        cell = shell.transform_cell(source)
    except Exception:
        return shell.run_cell(source, store_history=True)  # it fails again, and shows how
    if not shell.should_run_async(source, transformed_cell=cell):
        return shell.run_cell(source, store_history=True)
    result = None
    try:
        result = await shell.run_cell_async(source, store_history=True, transformed_cell=cell)
        return result
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)


class Outputs:
    """The outputs of a cell: text, PNG images, verdicts and errors, cut off at a number of bytes."""

    def __init__(self, limit):
        self.limit = self.left = limit
        self._items = []

    def as_list(self):
        """list[dict]: in nbformat's shape."""
        items = [
            {**item, "text": "".join(item["text"])} if "text" in item else item for item in self._items
        ]
        if self.left < 0:
            notice = f"\n… output beyond {self.limit // 1000} kB was cut off\n"
            items.append({"output_type": "stream", "name": "stdout", "text": notice})
        return items

    def add_text(self, stream, text):
        """Add to the stream "stdout" or "stderr"."""
        kept = text[: max(self.left, 0)]
        self.left -= len(text)
        last = self._items[-1] if self._items else {}
        if not kept:
            return
        if last.get("name") == stream:
            last["text"].append(kept)
        else:
            self._items.append({"output_type": "stream", "name": stream, "text": [kept]})

    def add_data(self, kind, data):
        """Add a display ("display_data") or a result ("execute_result") in the forms that are kept."""
        kept = {}
        if isinstance(data.get("text/plain"), str):
            kept["text/plain"] = data["text/plain"]
        image = data.get("image/png")
        if isinstance(image, (str, bytes)):
            kept["image/png"] = image if isinstance(image, str) else base64.b64encode(image).decode()
        self.left -= sum(map(len, kept.values()))
        if self.left < 0:
            kept = {}
        if VERDICT_TYPE in data:
            kept = {VERDICT_TYPE: _verdict(data[VERDICT_TYPE])}
        if kept:
            self._items.append({"output_type": kind, "data": kept, "metadata": {}})

    def add_error(self, name, value, traceback):
        """Add an exception. Of a long one the end is kept, which says most."""
        lines = [str(line)[-LINE_LIMIT:] for line in traceback][-LINES_LIMIT:]
        self._items.append(
            {
                "output_type": "error",
                "ename": str(name),
                "evalue": str(value)[:LINE_LIMIT],
                "traceback": lines,
            }
        )

    def clear(self):
        self._items.clear()


def _verdict(verdict):
    """*verdict*, or None when it is no JSON or too large."""
    try:
        return verdict if len(json.dumps(verdict)) <= VERDICT_LIMIT else None
    except (TypeError, ValueError, RecursionError):
        return None


class Stream(io.TextIOBase):
    """A text stream into the outputs of the running cell."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, shell, name):
        super().__init__()
        self._shell, self._name = shell, name

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.outputs.add_text(self._name, text)
        return len(text)


# ------------------------------------------------------------------ IPython without a kernel


class Publisher(DisplayPublisher):
    """Takes what `display` shows."""

    def publish(self, data, metadata=None, *, update=False, **rest):
        if not update:
            self.shell.outputs.add_data("display_data", data)

    def clear_output(self, wait=False):
        self.shell.outputs.clear()


class Hook(DisplayHook):
    """Takes the value of a cell's last line."""

    muted = False  # the cell ends with a semicolon

    def __call__(self, result=None):
        if result is not None and not self.muted:
            data, _ = self.compute_format_data(result)
            self.update_user_ns(result)
            self.shell.outputs.add_data("execute_result", data)


class Formatter(DisplayFormatter):
    """Draws no chart that nobody sees."""

    def format(self, obj, include=None, exclude=None):
        if self.parent.silent:
            return {"text/plain": self.formatters["text/plain"](obj)}, {}
        return super().format(obj, include, exclude)


class Compiler(CachingCompiler):
    """Remembers the code of cells that submissions share: the zygote compiled it."""

    shell = None  # whose transformers of syntax trees have a say; IPython makes some without one

    def __init__(self):
        super().__init__()
        self._trees, self._codes = {}, {}  # transformed syntax trees, and the code of their statements
        self._known = set()  # ids of these trees, which stay

    def get_code_name(self, raw_code, transformed_code, number):
        """Without the number, so that a cell has the same name wherever it runs."""
        return super().get_code_name(raw_code, transformed_code, 0)

    def cache(self, *arguments, **named):
        """Tells `inspect` beforehand that cells are of no module. It would look through all modules for
        each cell of a traceback, which takes fifteen times as long as the rest of showing an exception."""
        name = super().cache(*arguments, **named)
        inspect.modulesbyfile[name] = inspect.modulesbyfile[os.path.abspath(name)] = ""
        return name

    def know(self, source):
        """Compile a cell without magics beforehand. Raises what `compile` does."""
        if "__future__" in source:  # says how later cells are compiled
            return
        filename, key = self.get_code_name(source, source, 0), self._key(source)
        tree = self._trees[key] = self.shell.transform_ast(super().ast_parse(source, filename))
        self._known.add(id(tree))
        shown = bool(tree.body) and isinstance(tree.body[-1], ast.Expr)
        with self.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if self.shell.autoawait else 0):
            for node in tree.body:
                is_shown = shown and node is tree.body[-1]
                statement = ast.Interactive([node]) if is_shown else ast.Module([node], [])
                symbol = "single" if is_shown else "exec"
                code = super().__call__(statement, filename, symbol)
                self._codes[id(node), filename, symbol, self.flags] = code

    def _key(self, source):
        return source, self.flags, *map(id, self.shell.ast_transformers if self.shell else ())

    def is_known(self, tree):
        """bool: whether a syntax tree is one of those that `know` made, and so transformed."""
        return id(tree) in self._known

    def ast_parse(self, source, *arguments, **named):
        return self._trees.get(self._key(source)) or super().ast_parse(source, *arguments, **named)

    def __call__(self, source, filename, symbol, **named):
        node = source.body[0] if isinstance(source, ast.AST) and len(source.body) == 1 else None
        code = self._codes.get((id(node), filename, symbol, self.flags))
        return code or super().__call__(source, filename, symbol, **named)


class Transformers(TransformerManager):
    """Remembers what it made of a cell: submissions share most cells, and the zygote saw them."""

    def __init__(self):
        super().__init__()
        self._usual, self._known = self._transforms(), {}

    def _transforms(self):
        return [*self.cleanup_transforms, *self.line_transforms, *self.token_transformers]

    def transform_cell(self, cell):
        if self._transforms() != self._usual:  # a student added some
            return super().transform_cell(cell)
        if cell not in self._known:
            self._known[cell] = super().transform_cell(cell)
        return self._known[cell]


class Shell(InteractiveShell):
    """IPython as a notebook has it."""

    compiler_class = Compiler
    input_transformer_manager = Instance(Transformers, ())
    outputs = Outputs(0)
    inline = False
    silent = False  # nobody looks at the running cell: its status counts, and its results as text
    loop = None

    def init_instance_attrs(self):
        super().init_instance_attrs()
        self.compile.shell = self
        self._async_cells = {}

    def transform_ast(self, node):
        return node if self.compile.is_known(node) else super().transform_ast(node)

    def should_run_async(self, raw_cell, *, transformed_cell, preprocessing_exc_tuple=None):
        """IPython asks twice, and compiles the cell each time."""
        key = transformed_cell, self.autoawait, preprocessing_exc_tuple is None
        if key not in self._async_cells:
            self._async_cells[key] = super().should_run_async(
                raw_cell,
                transformed_cell=transformed_cell,
                preprocessing_exc_tuple=preprocessing_exc_tuple,
            )
        return self._async_cells[key]

    def init_display_formatter(self):
        self.display_formatter = Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def showtraceback(self, exc_tuple=None, *arguments, **named):
        if not self.silent:
            return super().showtraceback(exc_tuple, *arguments, **named)
        kind, value, _ = self._get_exc_info(exc_tuple)
        self.outputs.add_error(kind.__name__, value, [])

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.add_error(etype.__name__, evalue, stb)

    def _format_exception_for_storage(self, *arguments, **named):
        """IPython would format every exception a second time, for a history that is not kept."""
        return {}

    def _tee(self, channel):
        """IPython would keep all that is printed a second time, without a limit."""
        return contextlib.nullcontext()

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        """`exit` and `quit` leave a notebook's cell, not its process."""


def make_shell(inline):
    """Shell: a new one, without history and colors.

    Args:
        inline (bool): all is as in a notebook: charts that a cell leaves open are displayed, an event
            loop is running, and files in the working folder can be imported.
    """
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline" if inline else "agg"
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    made = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    made.run_cell(FAILING)  # showing the first exception takes long, and the forks inherit what it found
    if inline:
        _make_a_notebook_of(made)
    return made


def _make_a_notebook_of(shell):
    """Let a shell do what a notebook's kernel does beyond it."""
    shell.inline, shell.loop = True, asyncio.new_event_loop()
    asyncio.set_event_loop(shell.loop)
    shell.set_hook("show_in_pager", lambda *_, **__: None)  # no output: it has a place of its own there
    builtins.input = _refuse_input
    if "matplotlib" in sys.modules:  # imported before: too late for MPLBACKEND
        shell.enable_matplotlib("inline")


def _refuse_input(prompt=""):
    raise StdinNotImplementedError(
        "raw_input was called, but this frontend does not support input requests."
    )


def prepare(shell, source):
    """Let the notebook's kit compile a tests cell of ours before the fork. Nothing of it runs."""
    get_to_know(shell, source)
    magic, _, cell = source.partition("\n")
    if shell.find_cell_magic("ipytest"):
        run_cell(shell, f"{magic} {COMPILE_ONLY}\n{cell}", PREPARING)


def get_to_know(shell, source):
    """Let IPython transform and compile a cell before the fork. Nothing of it runs."""
    with contextlib.suppress(Exception):  # it fails when it runs, and shows how
        transformed = shell.input_transformer_manager.transform_cell(source)
        shell.compile.know(transformed)
        shell.should_run_async(source, transformed_cell=transformed)
        magic, body = split_magic(source)
        if magic and shell.inline:  # ipytest runs it as a cell
            get_to_know(shell, body)
