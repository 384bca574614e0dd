"""Whatever a cell does, its room ends in time, leaves nothing behind, and says what happened."""

import dataclasses
import json
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from webcourse.grading import room, walls
from webcourse.grading.inside import VERDICT_TYPE

WRITES = """
import os

for descriptor in range(3, 99):
    try:
        os.write(descriptor, {})
    except OSError:
        pass
"""


@pytest.fixture(scope="module", params=[walls.BUBBLEWRAP, walls.LANDLOCK, walls.NONE])
def rooms(request, tmp_path_factory):
    """Rooms with each kind of walls, below a temporary folder that other tests do not use."""
    if walls.missing().get(request.param):
        pytest.skip(walls.missing()[request.param])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("rooms")))
        patch.setattr(tempfile, "tempdir", None)
        with room.Rooms(request.param) as rooms:
            yield rooms
            left = family(rooms)
    assert not any(map(psutil.Process.is_running, left))


def rooms_folders():
    return sorted(Path(tempfile.gettempdir()).glob("room-*"))


def family(rooms):
    """The zygotes and all that was started below them."""
    own = [psutil.Process(zygote.process.pid) for zygote in rooms._zygotes.values()]
    return own + [each for child in own for each in child.children(recursive=True)]


def until(true, seconds=5):
    """Wait until it is so: what a guard ends is gone a moment after its last word."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it is still not so"
        time.sleep(0.02)


@pytest.fixture
def run(rooms, limits):
    """Run cells and return their results; nothing is left behind."""

    def run(*sources, seed="7", **changes):
        cells = [(f"cell-{number}", source) for number, source in enumerate(sources)]
        return rooms.run(room.job(cells, seed, dataclasses.replace(limits, **changes)))

    before = rooms_folders()
    yield run
    assert rooms_folders() == before
    until(lambda: len(family(rooms)) == len(rooms._zygotes))


def text(result):
    return "".join(output.get("text", "") for output in result["outputs"])


def test_cells_share_names_and_give_nbformat_outputs(run):
    first, second = run("x = 20\nprint('hello')\nx", "x + 1")
    assert [first["status"], second["status"]] == ["ok", "ok"]
    assert first["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": "hello\n"},
        {"output_type": "execute_result", "data": {"text/plain": "20"}, "metadata": {}},
    ]
    assert second["outputs"][0]["data"]["text/plain"] == "21"


def test_an_error_ends_a_cell_and_not_the_run(run):
    results = run("1/0", "def f(:", "raise SystemExit", "exit()", "a\0b", "'still here'")
    assert [result["status"] for result in results] == ["error", "error", "error", "ok", "error", "ok"]
    assert results[0]["outputs"][0]["ename"] == "ZeroDivisionError"


def test_display_top_level_await_magics_and_charts_work(run):
    results = run(
        "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
        "%%capture\nprint('captured')",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "from IPython.display import HTML, display\ndisplay(HTML('<script>'))",
        output_kb=100,
    )
    assert [result["status"] for result in results] == ["ok"] * 4
    assert "image/png" in results[2]["outputs"][0]["data"]
    assert list(results[3]["outputs"][0]["data"]) == ["text/plain"]


def test_the_room_has_no_input_no_grader_environment_and_a_folder_of_its_own(run, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    results = run(
        "input()",
        "import os\nsorted(os.environ)",
        "os.getcwd() == os.environ['HOME'] and os.listdir('.')",
        "os.environ['WEBCOURSE_SEED']",
        "import sys\nsys.argv",
    )
    assert results[0]["outputs"][0]["ename"] == "EOFError"
    assert "SECRET" not in results[1]["outputs"][0]["data"]["text/plain"]
    assert results[3]["outputs"][0]["data"]["text/plain"] == "'7'"


@pytest.mark.parametrize(
    "source, cause, reason",
    [
        ("import os\nos._exit(0)", room.EXIT, "ended the Python process"),
        ("import os\nos._exit(3)", room.EXIT, "ended the Python process"),
        ("import ctypes\nctypes.string_at(0)", room.CRASH, "segmentation fault"),
        ("import os\nos.abort()", room.CRASH, "abort"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", room.CRASH, "killed"),
        ("x = []\nwhile True:\n    x.append(bytearray(10**7))", room.MEMORY, "memory"),
        (
            WRITES.format("b'{}\\n'"),
            room.GARBLED,
            "channel",
        ),
        (
            WRITES.format("b'x' * 10**8"),
            room.OUTPUT,
            "output",
        ),
    ],
)
def test_a_cell_that_takes_the_process_down_is_named(run, source, cause, reason):
    first, second = run("x = 1", source, "x")
    assert first["status"] == "ok"
    assert (second["id"], second["status"], second["cause"]) == ("cell-1", "lost", cause)
    assert reason in second["reason"]


SWALLOW = """
import time

while True:
    try:
        while True:
            {}
    except BaseException:
        pass
"""


@pytest.mark.parametrize("waste", ["pass", "time.sleep(100)"])
def test_an_endless_loop_ends_even_when_it_swallows_everything(run, waste):
    started = time.monotonic()
    result = run(SWALLOW.format(waste), cell_seconds=1, cell_cpu_seconds=1)[0]
    assert result["status"] in ("timeout", "lost")
    assert time.monotonic() - started < 15


def test_a_loop_that_blocks_signals_is_killed(run):
    source = (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True:\n    pass"
    )
    result = run(source, cell_seconds=2, cell_cpu_seconds=1)[0]
    assert (result["status"], result["cause"]) == ("lost", room.TIME)


def test_an_ordinary_endless_loop_costs_its_cell_only(run):
    first, second = run("while True:\n    pass", "'still here'", cell_cpu_seconds=1)
    assert (first["status"], second["status"]) == ("timeout", "ok")
    assert first["outputs"][0]["traceback"] == [
        "CellTimeout: the cell was still busy: does a loop or a wait never end?"
    ]


def test_the_notebook_has_a_deadline(run):
    results = run(*["import time\ntime.sleep(1.5)"] * 5, notebook_seconds=3)
    assert (results[-1]["status"], results[-1]["cause"]) == ("lost", room.TIME)
    assert len(results) < 5


def test_output_is_cut_off(run):
    flood = run("print('x' * 10**8)", "while True:\n    print('x' * 10**6)", cell_cpu_seconds=1)
    for result in flood:
        assert len(json.dumps(result)) < 30_000
        assert "output beyond 20 kB was cut off" in text(result)


def test_a_verdict_passes_beside_a_flood_unless_it_is_too_large(run):
    publish = "from IPython.display import publish_display_data as p\nprint('x' * 10**6)\np({'%s': %s})"
    results = run(
        publish % (VERDICT_TYPE, "{'a': 1}"),
        publish % (VERDICT_TYPE, "'x' * 10**7"),
        publish % (VERDICT_TYPE, "{1: p}"),
    )
    verdicts = [
        output["data"][VERDICT_TYPE]
        for result in results
        for output in result["outputs"]
        if "data" in output
    ]
    assert verdicts == [{"a": 1}, None, None]


def test_processes_that_a_cell_started_are_gone(run):
    daemon = """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(PATH, "w").write(str(os.getpid()))
        time.sleep(1000)
    os._exit(0)
os.wait()
import subprocess, sys
while not os.path.exists(PATH):
    time.sleep(0.01)
sleeper = [sys.executable, "-c", "import time; time.sleep(1000)"]
print(open(PATH).read(), subprocess.Popen(sleeper, start_new_session=True).pid)
"""
    result = run("PATH = 'pid'\n" + daemon)[0]
    assert len(text(result).split()) == 2  # and the fixture sees that they are gone


def test_a_fork_of_the_process_itself_reports_nothing_twice(run):
    results = run("import os\nos.fork()\n'both'", "'once'")
    assert [result["status"] for result in results] == ["ok", "ok"]


def test_many_processes_are_stopped(run):
    source = (
        "import os, time\nfor _ in range(30):\n    if os.fork() == 0:\n        break\ntime.sleep(60)"
    )
    result = run(source, processes=10)[0]
    assert (result["status"], result["cause"]) == ("lost", room.PROCESSES)


def test_a_folder_that_locks_itself_is_removed(run):
    assert (
        run(
            "import os\nos.makedirs('a/b')\nos.symlink('/', 'a/c')\nos.chmod('a/b', 0)\nos.chmod('a', 0)"
        )[0]["status"]
        == "ok"
    )


def test_a_large_file_is_refused(run):
    assert run("open('big', 'wb').write(b'x' * 2 * 10**6)", file_mb=1)[-1]["status"] in ("error", "lost")


def test_multiprocessing_works_in_a_room(run, rooms):
    if rooms.kind == walls.LANDLOCK:
        pytest.skip("its semaphores are files in /dev/shm, which everybody can read")
    source = """
import multiprocessing

context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=queue.put, args=(5,))
process.start()
print(queue.get(timeout=5))
process.join()
"""
    result = run(source)[0]
    assert text(result) == "5\n"


def test_a_run_can_be_called_off(rooms, limits):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    started = time.monotonic()
    with pytest.raises(room.Cancelled):
        rooms.run(
            room.job([("a", "import time\ntime.sleep(60)")], "7", limits), cancelled=stop.is_set
        )
    assert time.monotonic() - started < 10


def test_rooms_run_side_by_side(rooms, limits):
    results = {}

    def work(number):
        results[number] = rooms.run(room.job([("a", f"print({number})")], "7", limits))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: text(result[0]) for number, result in results.items()} == {
        n: f"{n}\n" for n in range(6)
    }


def test_the_zygote_has_one_thread_and_knows_the_kit(run, rooms):
    result = run("import os, sys\nprint('webcourse.lab' in sys.modules, 'nbgrader' in sys.modules)")[0]
    assert text(result) == "True False\n"
    assert [zygote.threads for zygote in rooms._zygotes.values()] == [1]
