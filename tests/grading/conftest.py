import shutil

import pytest

from tests.grading import kit
from webcourse.grading import room
from webcourse.grading.examine import run_reference
from webcourse.grading.prefix import prefix
from webcourse.grading.record import Recorder

QUICK = room.Limits(cell_seconds=5, cell_cpu_seconds=2, notebook_seconds=40, memory_mb=400, output_kb=20)


@pytest.fixture(scope="session")
def registered(tmp_path_factory):
    """A course whose gradebook knows the assignment: making a gradebook takes nbgrader seconds."""
    course = kit.make_course(tmp_path_factory.mktemp("template") / "course")
    recorder = Recorder(course)
    recorder.register([kit.load(course)])
    recorder.close()
    return course


@pytest.fixture
def course(registered, tmp_path):
    shutil.copytree(registered.root, tmp_path / "course")
    return kit.Course(tmp_path / "course")


@pytest.fixture(scope="session")
def master(registered):
    return kit.load(registered)


@pytest.fixture(scope="session")
def limits():
    return QUICK


@pytest.fixture(scope="session")
def rooms():
    with room.Rooms() as rooms:
        yield rooms


@pytest.fixture(scope="session")
def run(rooms, master):
    """Runs a job, see `room.Rooms.run`."""
    return lambda job: rooms.run(job, prefix(master))


@pytest.fixture(scope="session")
def reference(master, run):
    return run_reference(master, "a seed", QUICK, run)


@pytest.fixture
def grade_command():
    """Run `webcourse grade` on a course in this process; returns the exit code."""
    from webcourse.cli import main

    def run(course, *arguments):
        quick = ["--cell-seconds", "6", "--notebook-seconds", "40", "--memory-mb", "400"]
        return main(["grade", "--course", str(course.root), *quick, *arguments])

    return run
