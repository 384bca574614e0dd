"""Grades a course with stock nbgrader. What it gave is kept in .cache/ from one run to the next."""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys

from tests.environments import CACHE
from webcourse.grading.course import Course

DECIDE = "nbgrader", "nbclient", "nbconvert", "nbformat", "ipykernel", "ipython", "ipytest", "matplotlib"
MEDDLING = "MPLBACKEND", "CI", "BUILD_NUMBER"  # variables that change what notebooks or pytest show
COMMAND = 900  # seconds


def start(course, *arguments):
    """subprocess.Popen: an `nbgrader` command in a course's folder."""
    environment = {name: value for name, value in os.environ.items() if name not in MEDDLING}
    environment |= {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]),
        "IPYTHONDIR": str(course.root / ".ipython"),
        "JUPYTER_CONFIG_DIR": str(course.root / ".jupyter"),  # nothing of this user's
    }
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process, code=0):
    """str: what a command wrote, when it ended as it should."""
    output, _ = process.communicate(timeout=COMMAND)
    assert process.returncode == code, output
    return output


def nbgrader(course, *arguments, code=0):
    """str: what an `nbgrader` command wrote."""
    return finish(start(course, *arguments), code)


def graded(courses):
    """Courses with their submissions, graded by `nbgrader autograde`, at the same time.

    Args:
        courses (dict[tuple[str, str], Course]): by a name and the assignment that is graded; each with
            submissions of its own, and a gradebook that may hold due dates.

    Returns:
        dict[str, Course]: copies, by name. Do not change them.
    """
    folder = CACHE / f"stock-{_key(courses)}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for (name, _), course in courses.items():
            shutil.copytree(course.root, folder / name)
        running = {name: start(Course(folder / name), "generate_assignment", of) for name, of in courses}
        for process in running.values():
            finish(process)
        running = {name: start(Course(folder / name), "autograde", of) for name, of in courses}
        for name, process in running.items():
            (folder / f"{name}.log").write_text(process.communicate(timeout=COMMAND)[0])
        (folder / "ready").touch()
    return {name: Course(folder / name) for name, _ in courses}


def _key(courses):
    """str: equal for equal courses and equal versions of what grades them."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in DECIDE]
    digest = hashlib.sha256("\n".join([sys.version, *versions, *MEDDLING]).encode())
    for (name, assignment), course in courses.items():
        digest.update(f"{name} {assignment}".encode())
        for path in sorted(course.root.rglob("*")):
            if path.is_file() and path.suffix != ".db":
                digest.update(f"{path.relative_to(course.root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
