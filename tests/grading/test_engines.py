"""The same scores whether submissions run here or on a cluster, and whichever process dies meanwhile."""

import contextlib
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, hand_in, submission
from webcourse.grading import engines, room, walls, work
from webcourse.grading.course import CourseError
from webcourse.grading.intake import Collected

ROOT = Path(__file__).parents[2]
NUMBER = 20  # submissions
START_SECONDS = 60  # for a scheduler or worker on a busy machine
ANSWERS = {  # by exercise, beside the solution and the blank starter
    "double": [
        "def double(x):\n    return x * 2.0",
        "def double(x):\n    return 4",
        "import os\nos._exit(0)",
    ],
    "greet": ["def greet(name):\n    return 'Hello, Alice'", "def greet(name:", "raise SystemExit"],
    "total": ["def total(items):\n    return sum(items[1:])", "1 / 0"],
}


def sleeper(seconds):
    """dict: a submission that is right, and takes its time."""
    return submission(
        {**SOLUTIONS, "greet": f"import time\ntime.sleep({seconds})\n{SOLUTIONS['greet']}"}
    )


def task(student, content):
    """work.Task: of what a student handed in (dict)."""
    data = {f"{NOTEBOOK}.ipynb": json.dumps(content).encode()}
    return work.Task(student, ASSIGNMENT, NOTEBOOK, Collected(data), key=student)


def slow(student, seconds):
    return task(student, sleeper(seconds))


def varied(number=NUMBER):
    """list[dict]: submissions of many kinds, the same ones every time."""
    rng = random.Random(1)
    kinds = {slug: [SOLUTIONS[slug]] * 3 + [None] + wrong for slug, wrong in ANSWERS.items()}
    chosen = [{slug: rng.choice(answers) for slug, answers in kinds.items()} for _ in range(number)]
    return [submission({slug: text for slug, text in each.items() if text}) for each in chosen]


def described(results):
    """dict[str, tuple]: all that a run found out, by student, but for the seconds that it took."""
    found = {}
    for each, result in results:
        assert isinstance(result, work.Result), (each.student, result)
        receipt = {name: value for name, value in result.receipt.items() if name != "seconds"}
        found[each.student] = result.scores, result.comments, receipt, result.text, result.page
    return found


def until(true, seconds=START_SECONDS):
    """Wait for what *true* returns, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it is still not so"
        time.sleep(0.05)
    return found


def family(process):
    """list[psutil.Process]: what was started below a process."""
    return psutil.Process(process).children(recursive=True)


def command(process):
    """str: the command line of a psutil.Process; empty when it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def is_running(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture(scope="module", autouse=True)
def no_rooms_are_left():
    yield
    work.close_rooms()


@pytest.fixture(scope="module")
def kits(master, reference, limits):
    return {(ASSIGNMENT, NOTEBOOK): work.Kit(master, reference, limits, walls.choose(trust=True))}


@pytest.fixture(scope="module")
def tasks():
    return [task(f"student-{n:02}", content) for n, content in enumerate(varied())]


@pytest.fixture(scope="module")
def found_here(kits, tasks):
    """What the local pool finds out about the submissions."""
    with engines.LocalPool(kits, 2) as engine:
        return described(engine.run(tasks))


# ------------------------------------------------------------------ processes of this machine


def test_all_kinds_of_submissions_come_back(found_here, tasks):
    assert sorted(found_here) == [each.student for each in tasks]
    assert len({sum(scores.values()) for scores, *_ in found_here.values()}) > 4


def test_results_come_in_the_order_in_which_they_are_done(kits):
    first, *others = [slow("slow", 3), *(task(f"quick-{n}", submission(SOLUTIONS)) for n in range(3))]
    with engines.LocalPool(kits, 2) as engine:
        students = [each.student for each, _ in engine.run([first, *others])]
    assert students == ["quick-0", "quick-1", "quick-2", "slow"]


def test_tasks_are_taken_as_it_goes(kits):
    taken = []

    def endless():
        for n in itertools.count():
            taken.append(n)
            yield task(f"student-{n}", submission())

    with engines.LocalPool(kits, 1) as engine:
        done = list(itertools.islice(engine.run(endless()), 5))
    assert len(done) == 5 and len(taken) <= 5 + engines.AHEAD


@pytest.mark.parametrize("noticed", ["while tasks are handed over", "while results are awaited"])
def test_a_worker_that_is_killed_loses_nothing(kits, tasks, found_here, noticed):
    """The pool is found broken by the next submission, or by the results that do not come."""

    def killing(engine):
        for n, each in enumerate(tasks[:10]):
            if n == 4:
                os.kill(next(iter(engine._pool._processes)), signal.SIGKILL)
                if noticed == "while tasks are handed over":
                    until(lambda: engine._pool._broken)
            yield each

    with engines.LocalPool(kits, 3) as engine:
        found = described(engine.run(killing(engine)))
    assert found == {each.student: found_here[each.student] for each in tasks[:10]}


class Fatal:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_what_ends_its_worker_twice_is_told_and_the_others_are_graded(kits, tasks, found_here):
    fatal = work.Task("fatal", ASSIGNMENT, NOTEBOOK, Fatal(), "")
    with engines.LocalPool(kits, 2) as engine:
        results = list(engine.run([*tasks[:3], fatal, *tasks[3:8]]))
    ((_, error),) = [pair for pair in results if pair[0].student == "fatal"]
    assert isinstance(error, engines.Gone) and "twice" in str(error)
    others = described(pair for pair in results if pair[0].student != "fatal")
    assert others == {each.student: found_here[each.student] for each in tasks[:8]}


def test_an_error_in_a_worker_is_a_result(kits, tasks):
    broken = work.Task("broken", ASSIGNMENT, NOTEBOOK, None, "")
    with engines.LocalPool(kits, 1) as engine:
        results = {each.student: result for each, result in engine.run([broken, tasks[0]])}
    assert isinstance(results["broken"], AttributeError)
    assert isinstance(results[tasks[0].student], work.Result)


def test_a_run_that_is_stopped_ends_at_once(kits):
    taken = []

    def watched():
        yield task("quick", submission(SOLUTIONS))
        for n in range(50):
            taken.append(n)
            yield slow(f"slow-{n}", 4)

    with engines.LocalPool(kits, 2) as engine:
        results = engine.run(watched())
        assert isinstance(next(results)[1], work.Result)
        started, handed_over = time.monotonic(), len(taken)
        engine.stop()
        left = [result for _, result in results]
    assert len(taken) <= handed_over + 1
    assert left and all(isinstance(result, room.Cancelled) for result in left)
    assert time.monotonic() - started < 4


def test_a_zygote_that_is_killed_costs_nobody_a_point(kits):
    """The rooms that were forked from it end with it. They are made anew."""
    many = [slow(f"slow-{n}", 1) for n in range(4)]
    kind = next(iter(kits.values())).walls
    work.rooms(kind).run(room.job([], "", room.Limits()), next(iter(kits.values())).prefix)
    (zygote,) = work.rooms(kind)._zygotes.values()
    with engines.LocalPool(kits, 2) as engine:
        timer = threading.Timer(1, zygote.process.kill)
        timer.start()
        scores = [sum(result.scores.values()) for _, result in engine.run(many)]
    timer.join()
    assert scores == [9] * 4


def test_rooms_work_in_threads_whichever_of_them_made_the_zygote(limits, monkeypatch):
    """Neither the end of that thread nor a zygote that takes its place ends one that is in use."""
    monkeypatch.setattr(room, "KEPT", 1)
    found = {}

    def run(number, seconds):
        cells = [("a", f"x = {number}"), ("b", f"import time\ntime.sleep({seconds})"), ("c", "x")]
        prefix = room.Prefix((cells[0][1],))
        found[number] = rooms.run(room.job(cells, "", limits), prefix)[-1]["outputs"][0]["data"]

    with room.Rooms() as rooms:
        threads = [threading.Thread(target=run, args=arguments) for arguments in [(1, 4), (2, 0)]]
        threads[0].start()
        until(lambda: rooms._zygotes)
        threads[1].start()
        for thread in threads:
            thread.join(60)
        (zygote,) = rooms._zygotes.values()
        run(2, 0)
        assert found == {1: {"text/plain": "1"}, 2: {"text/plain": "2"}}
        assert [zygote] == list(rooms._zygotes.values())
        assert zygote.process.poll() is None


def test_walls_that_cannot_be_put_up_are_nobodys_fault():
    with (
        room.Rooms("nonsense") as rooms,
        pytest.raises(room.CannotRun, match="no room can be had: nonsense"),
    ):
        rooms.run(room.job([("a", "1")], "", room.Limits()))


# ------------------------------------------------------------------ through the command


def start(course, *arguments):
    """subprocess.Popen: `webcourse grade` in a process group of its own."""
    limits = ["--cell-seconds", "6", "--notebook-seconds", "40", "--memory-mb", "400"]
    command = [sys.executable, "-m", "webcourse", "grade", "--course", str(course.root), *limits]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def workers_of(process):
    """list[psutil.Process]: the pool's processes of a running `webcourse grade`."""
    with contextlib.suppress(psutil.NoSuchProcess):
        own = psutil.Process(process.pid)
        return [child for child in own.children() if child.cmdline() == own.cmdline()]
    return []


def receipts(course):
    return sorted((course.root / "receipts").rglob("*.json"))


@pytest.fixture
def slow_course(course):
    for n in range(6):
        hand_in(course, f"student-{n}", sleeper(1))
    return course


def test_the_command_ends_well_when_a_worker_was_killed(slow_course):
    process = start(slow_course, "--jobs", "2")
    until(lambda: receipts(slow_course))
    workers_of(process)[0].kill()
    output, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors
    assert "6 graded, 0 unchanged" in output and errors == ""
    scores = [json.loads(path.read_text())["exercises"] for path in receipts(slow_course)]
    assert len(scores) == 6
    assert {
        t["earned"] == t["points"] for e in scores for tests in e.values() for t in tests.values()
    } == {True}


def test_nothing_is_left_when_the_command_is_killed(slow_course):
    process = start(slow_course, "--jobs", "2")
    until(lambda: receipts(slow_course))
    started = family(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert len(started) >= 3
    until(lambda: not any(map(is_running, started)), 10)


# ------------------------------------------------------------------ a cluster


@dataclass
class Started:
    """A running part of a cluster."""

    process: subprocess.Popen
    log: Path

    def end(self):
        """End it and what it started; nothing of it may be left."""
        below = family(self.process.pid) if self.process.poll() is None else []
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        for each in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def dask(folder, *arguments, **environment):
    """A part of dask, in a folder of its own. Yields Started."""
    folder.mkdir()
    log = folder / "log"
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with open(log, "w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments)],
            cwd=folder,
            env={**inherited, **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Started(process, log)
    try:
        yield started
    finally:
        started.end()


@contextlib.contextmanager
def scheduler(folder):
    """Yields the address of a scheduler. The package is not installed where it runs."""
    file = folder / "scheduler.json"
    where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter"]
    with dask(folder / "scheduler", "scheduler", *where, "--scheduler-file", file) as started:

        def address():
            assert started.process.poll() is None, started.log.read_text()
            with contextlib.suppress(OSError, ValueError):
                return json.loads(file.read_text())["address"]

        yield until(address)


@contextlib.contextmanager
def worker(folder, address, name, *arguments, knows=(ROOT,)):
    """Yields a worker that has joined the scheduler at an address."""
    where = [
        "--name",
        name,
        "--nthreads",
        "2",
        "--no-dashboard",
        "--local-directory",
        folder / f"local-{name}",
    ]
    path = {"PYTHONPATH": os.pathsep.join(map(str, knows))}
    with dask(folder / name, "worker", address, *where, *arguments, **path) as started:

        def has_joined():
            assert started.process.poll() is None, started.log.read_text()
            return "Starting established connection" in started.log.read_text()

        until(has_joined)
        yield started


@dataclass
class Running:
    """A cluster of two workers, of which one comes back when its process is killed."""

    address: str
    lasting: Started
    mortal: Started


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    with (
        scheduler(folder) as address,
        worker(folder, address, "lasting", "--nanny") as lasting,
        worker(folder, address, "mortal", "--no-nanny") as mortal,
    ):
        yield Running(address, lasting, mortal)


@contextlib.contextmanager
def connected(kits, address):
    with engines.Cluster(kits, engines.connect(address)) as engine:
        yield engine


def test_a_cluster_finds_the_same(cluster, kits, tasks, found_here):
    with connected(kits, cluster.address) as engine:
        assert str(engine) == f"on 2 workers of {cluster.address}"
        found = described(engine.run(tasks))
    assert found == found_here


def test_a_run_on_a_cluster_can_be_stopped(cluster, kits):
    with connected(kits, cluster.address) as engine:
        results = engine.run(
            [task("quick", submission(SOLUTIONS)), *(slow(f"slow-{n}", 4) for n in range(30))]
        )
        assert isinstance(next(results)[1], work.Result)
        started = time.monotonic()
        engine.stop()
        left = [result for _, result in results]
    assert left and all(isinstance(result, room.Cancelled) for result in left)
    assert time.monotonic() - started < 10


def scores_of(course):
    found = {}
    for path in receipts(course):
        receipt = json.loads(path.read_text())
        found[receipt["student"]] = receipt["exercises"]
    return found


def test_the_command_on_a_cluster_grades_as_it_does_here(cluster, course, grade_command, capsys):
    """The folder of the course is nowhere near the workers, and one of them is killed in the middle."""
    for n, content in enumerate(varied()):
        hand_in(course, f"student-{n:02}", content)
    assert grade_command(course, "--seed", "x") == 0
    here = scores_of(course)
    book = (course.root / "grades.csv").read_text()
    process = start(course, "--seed", "x", "--force", "--scheduler", cluster.address)
    before = min(path.stat().st_mtime_ns for path in receipts(course))
    until(lambda: min(path.stat().st_mtime_ns for path in receipts(course)) > before)
    victims = [child for child in family(cluster.lasting.process.pid) if "spawn_main" in command(child)]
    below = [each for victim in victims for each in victim.children(recursive=True)]
    assert victims and below
    for victim in victims:
        victim.kill()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert f"on 2 workers of {cluster.address}" in output
    assert f"{NUMBER} graded, 0 unchanged" in output
    assert scores_of(course) == here
    assert (course.root / "grades.csv").read_text() == book
    until(lambda: not any(map(is_running, below)), 10)


def test_a_worker_that_does_not_come_back_loses_nothing(cluster, kits, tasks, found_here):
    below = family(cluster.mortal.process.pid)
    results = []
    with connected(kits, cluster.address) as engine:
        for n, pair in enumerate(engine.run(tasks)):
            results.append(pair)
            if n == 3:
                below = family(cluster.mortal.process.pid)
                cluster.mortal.process.kill()
    assert described(results) == found_here
    assert below
    until(lambda: not any(map(is_running, below)), 10)


# ------------------------------------------------------------------ clusters that cannot be used


@pytest.fixture
def silent():
    """The address of something that listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


def test_an_address_where_nothing_is_is_one_line(course, grade_command, capsys):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    hand_in(course, "alice", submission(SOLUTIONS))
    started = time.monotonic()
    assert grade_command(course, "--scheduler", address) == 2
    assert time.monotonic() - started < 20
    error = capsys.readouterr().err.strip()
    assert error.startswith(f"webcourse grade: no scheduler answers at {address}")
    assert "`dask scheduler`" in error and "\n" not in error


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "foo://127.0.0.1:1", ""])
def test_what_is_no_address_is_said(address):
    with pytest.raises(CourseError, match="no scheduler answers at"):
        engines.connect(address)


def test_what_listens_and_does_not_answer_is_no_scheduler(silent):
    started = time.monotonic()
    with pytest.raises(CourseError, match=f"no scheduler answers at {silent}"):
        engines.connect(silent)
    assert time.monotonic() - started < 15


def test_without_dask_the_way_to_install_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match="pip install dask distributed"):
        engines.connect("tcp://127.0.0.1:8786")


def test_workers_that_are_missing_or_cannot_grade_are_told(tmp_path, kits, tasks):
    without = tmp_path / "without"  # hides the package from a worker, wherever it is installed
    without.mkdir()
    reason = "No module named 'webcourse'"
    (without / "webcourse.py").write_text(f"raise ModuleNotFoundError({reason!r}, name='webcourse')")
    with scheduler(tmp_path) as address:
        with (
            pytest.raises(CourseError, match=f"has no workers: .*dask worker {address}"),
            connected(kits, address),
        ):
            pass
        refused = pytest.raises(CourseError, match=f"cannot grade: .*{reason}")
        with (
            worker(tmp_path, address, "bare", "--no-nanny", knows=[without]),
            refused,
            connected(kits, address),
        ):
            pass


def test_another_python_or_version_is_told(kits):
    (each,) = kits.values()
    assert engines._problem(each, engines._here()) == ""
    problem = engines._problem(each, {**engines._here(), "Python": "2.7", "webcourse": "0.0"})
    assert re.fullmatch(r"it has Python 3\.\d+, not 2\.7; it has webcourse [\d.]+, not 0\.0", problem)
