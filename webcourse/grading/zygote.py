"""A warm Python process that rooms are forked from. Started by `room`, one for each given prefix.

It has imported what notebooks need and run the cells that every submission begins with. For each job it
forks a guard (see `guard`), which puts up the walls, forks once more and runs the student's cells.
It stays single-threaded, since threads do not survive a fork.

On its control socket it takes a byte for each job together with one end of another socket, which the
guard reads the job from and writes the results to. It ends when the control socket does. The graders
that share a control socket need no lock: a byte with its descriptor arrives whole or not at all,
whichever of them is killed when.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile

from . import guard, inside, plain_tests

# By name, so that this room of the package does not import the other one.
PRELOADED = (
    "asyncio.base_events",
    "concurrent.futures.thread",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "matplotlib.backends.backend_agg",
    "nest_asyncio2",
    "pytest",
    "ipytest",
)
OURS = ("webcourse.lab",)  # in courses of ours only: it puts switches into `time` and `asyncio`
FORK = b"f"
HEADER = 8  # bytes that tell the length of a message


def main(control):
    """Serve until the other end of *control* (int, a descriptor) is closed."""
    channel = socket.socket(fileno=control)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader to handle
    settings = receive(channel)
    warm = _warm_up(settings)
    send(channel, warm)
    gc.collect()
    gc.freeze()  # what is here is shared with every fork, and stays so
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if woken in ready:
                _collect_children(woken)
            if channel.fileno() in ready:
                said, descriptors, _, _ = socket.recv_fds(channel, len(FORK), 1)
                if not said:
                    return
                _fork_guard(descriptors, [channel, selector], [woken, wakes])


def _warm_up(settings):
    """Import everything, run the prefix. Returns what is told about it (dict)."""
    for name in PRELOADED if settings["inline"] else PRELOADED + OURS:
        with contextlib.suppress(ImportError):  # foreign courses may do without some
            importlib.import_module(name)
    with tempfile.TemporaryDirectory() as os.environ["IPYTHONDIR"]:  # IPython wants one when it starts
        inside.shell = inside.make_shell(inline=settings["inline"])
    results = [inside.run_cell(inside.shell, source, settings["limits"]) for source in settings["cells"]]
    if settings["inline"]:
        _get_ready_for(" ".join([*settings["cells"], *settings["known"]]))
    for source in settings["prepared"]:
        inside.prepare(inside.shell, source)
    for source in settings["known"]:
        inside.get_to_know(inside.shell, source)
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    return {"results": results, "threads": threads}


def _get_ready_for(sources):
    """Do beforehand what the cells of a foreign course mention. Where that fails, they do it themselves."""
    if "matplotlib" in sources:
        with contextlib.suppress(Exception):
            _draw_once()
    if "ipytest" in sources:
        with contextlib.suppress(Exception):
            plain_tests.install()


def _draw_once():
    """Draw a chart as a notebook's cell does, since the first one finds the fonts and loads the formats."""
    figure = importlib.import_module("matplotlib.figure").Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4], label="label")
    axes.bar([1, 2], [3, 4])
    axes.set(title="title", xlabel="x", ylabel="y")
    axes.legend()
    importlib.import_module("IPython.core.pylabtools").print_figure(figure, bbox_inches="tight")


def _fork_guard(descriptors, to_close, pipe):
    if os.fork() == 0:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in to_close:
                each.close()
            for each in pipe:
                os.close(each)
            with socket.socket(fileno=descriptors[0]) as results:
                job = receive(results)
                if job is not None:
                    guard.keep(job, results)
        finally:
            os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)


def _collect_children(woken):
    with contextlib.suppress(BlockingIOError):
        while os.read(woken, 4096):
            pass
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


# ------------------------------------------------------------------ messages


def ask(channel, end):
    """Ask the zygote at the other end of *channel* for a guard that talks at *end* (both sockets)."""
    socket.send_fds(channel, [FORK], [end.fileno()])


def send(channel, message):
    """Send *message* (plain data) to the other end of a socket."""
    data = json.dumps(message).encode()
    channel.sendall(len(data).to_bytes(HEADER, "big") + data)


def receive(channel):
    """A message (plain data), or None at the end."""
    head = channel.recv(HEADER)
    if not head:
        return None
    head += _exactly(channel, HEADER - len(head))
    return json.loads(_exactly(channel, int.from_bytes(head, "big")))


def _exactly(channel, size):
    data = bytearray()
    while len(data) < size:
        chunk = channel.recv(min(size - len(data), 1 << 20))
        if not chunk:
            raise EOFError("the other end is gone")
        data += chunk
    return bytes(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
