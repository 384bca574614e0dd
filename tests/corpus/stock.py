"""Grades submissions with stock nbgrader, each in a sandbox of its own, and looks what went wrong.

The sandbox stands for the machine of an instructor: the course, private files and a listening socket are
in it, nbgrader and the submission share it. Nothing of it reaches the real machine: no network, a
read-only system, temporary folders that end with it, bounds on memory, processes and time.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

import psutil
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from rich.progress import track
from traitlets.config import PyFileConfigLoader

from .ours import COURSES
from .submissions import BEYOND, SUBMISSIONS
from .submissions.feedback import ALERT
from .world import REPOSITORY, VICTIM, World, listening

RECORD = Path(__file__).with_name("stock.json")
WITHIN = 180  # seconds for one submission
CELL_SECONDS = 20  # nbgrader's own limit for a cell; its default is 30
MEMORY_MB, PROCESSES = 2500, 400
TICK = 0.2
TEMPLATE = "/template"  # in the sandbox: a course with a gradebook, without submissions
RESULT = "/result"

NO_SCORE, WRONG_SCORE = "no score", "wrong score"
LEAK, SCRIPT = "leak", "live script"
KINDS = (NO_SCORE, WRONG_SCORE, LEAK, SCRIPT)

CONFIG = f"""
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError  # your code here"}}
c.ExecutePreprocessor.timeout = {CELL_SECONDS}
"""


def stock_record():
    """dict[str, list[str]]: what went wrong with stock nbgrader when it was last run, of KINDS, by the
    name of the submission; empty lists where all was well."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def grade_with_stock(submissions, console):
    """Let nbgrader grade submissions, one after the other, and record what goes wrong.

    Args:
        submissions (list[Submission])
        console (rich.console.Console): for the progress.
    """
    faults = stock_record()
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        templates = {name: _template(name, Path(folder, name)) for name in COURSES}
        for submission in track(submissions, "stock nbgrader", console=console):
            result = Path(folder, "result")
            shutil.rmtree(result, ignore_errors=True)
            result.mkdir()
            _run_in_sandbox(submission, templates[submission.course], result)
            faults[submission.name] = _faults(submission, result)
            told = ", ".join(faults[submission.name]) or "as deserved"
            console.print(f"  {submission.kind} {submission.name}: {told}", markup=False)
            lines = (f"{json.dumps(name)}: {json.dumps(faults[name])}" for name in sorted(faults))
            RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _template(course, folder):
    """A course folder that nbgrader has made its release from."""
    COURSES[course].make(World(folder))
    (folder / "course" / "nbgrader_config.py").write_text(CONFIG)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", COURSES[course].ASSIGNMENT]
    environment = {**os.environ, "PATH": _path(), "PYTHONPATH": str(REPOSITORY)}
    subprocess.run(
        command, cwd=folder / "course", env=environment, check=True, capture_output=True, text=True
    )
    return folder / "course"


def _path():
    return os.pathsep.join([os.path.dirname(sys.executable), "/usr/bin", "/bin"])


# ------------------------------------------------------------------ the sandbox


def _sandbox(template, result):
    """list[str]: bubblewrap with a system to read, and temporary folders."""
    folders = dict.fromkeys([sys.prefix, sys.base_prefix, str(REPOSITORY)])
    # fmt: off
    command = [
        "nice", "prlimit", "--core=0", f"--as={6 << 30}", f"--cpu={WITHIN}", "bwrap", "--unshare-user",
        "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid",
        "1000", "--gid", "1000", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc",
        "--proc", "/proc", "--dev", "/dev", "--size", str(1 << 30), "--tmpfs", "/tmp",
        "--size", str(1 << 28), "--tmpfs", "/dev/shm",
    ]
    for name in ("bin", "lib", "lib64", "sbin"):
        if os.path.islink(f"/{name}"):
            command += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
    for folder in folders:
        if not folder.startswith("/usr"):
            command += ["--ro-bind", folder, folder]
    command += ["--ro-bind", str(template), TEMPLATE, "--bind", str(result), RESULT]
    # fmt: on
    return [*command, "--chdir", str(REPOSITORY), "--clearenv", "--setenv", "PATH", _path()]


def _run_in_sandbox(submission, template, result):
    command = [*_sandbox(template, result), sys.executable, "-m", __name__, submission.name]
    process = subprocess.Popen(
        [*command, os.readlink("/proc/self/ns/pid")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin"},
    )
    end = time.monotonic() + WITHIN
    while process.poll() is None and time.monotonic() < end and not _takes_too_much(process.pid):
        time.sleep(TICK)
    process.kill()  # bubblewrap takes all of the sandbox along
    process.wait()


def _takes_too_much(pid):
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(pid).children(recursive=True)
        memory = 0
        for member in family:
            with contextlib.suppress(psutil.Error):
                memory += member.memory_info().rss
        return len(family) > PROCESSES or memory > MEMORY_MB << 20
    return False


def _faults(submission, result):
    """list[str]: of KINDS."""
    try:
        told = json.loads((result / "result.json").read_text())
    except (OSError, ValueError):
        return [NO_SCORE]
    deserved = submission.deserved(COURSES[submission.course].POINTS)
    found = []
    if not told["scores"]:
        found.append(NO_SCORE)
    elif any(told["scores"].get(name) != points for name, points in deserved.items()):
        found.append(WRONG_SCORE)
    return found + [kind for kind in (LEAK, SCRIPT) if told[kind]]


# ------------------------------------------------------------------ inside


def main():
    """Grade one submission in the sandbox, and write down what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("namespace", help="of the processes outside of the sandbox")
    options = parser.parse_args()
    submission = next(each for each in SUBMISSIONS + BEYOND if each.name == options.name)
    world = World(Path("/tmp/class"), namespace=options.namespace)
    shutil.rmtree(world.course)
    shutil.copytree(TEMPLATE, world.course)
    assignment = COURSES[submission.course].ASSIGNMENT
    with listening(world) as reached:
        for each in _with_victim(submission):
            folder = world.course / "submitted" / each.student / assignment
            folder.mkdir(parents=True)
            each.hand_in(world, folder)
        before = world.outside_files()
        _nbgrader(world, assignment, submission)
        pages, notebooks = (
            _texts(world.course / step / submission.student / assignment)
            for step in ("feedback", "autograded")
        )
        words = [] if submission.name == VICTIM else [w for w in world.words if w != "hidden_word"]
        leaks = [word for word in words if any(word in text for text in pages + notebooks)]
        leaks += [*reached, *_changed(before, world.outside_files())]
    told = {
        "scores": _scores(world, assignment, submission.student),
        LEAK: leaks,
        SCRIPT: any(map(is_alive, pages)),
    }
    Path(RESULT, "result.json").write_text(json.dumps(told))


def _changed(before, after):
    """list[str]: files that were changed or are new, but for those that nbgrader makes in the home."""
    return [
        name
        for name in before | after
        if before.get(name) != after.get(name) and (name in before or not name.startswith("home/."))
    ]


def _with_victim(submission):
    victim = next(each for each in SUBMISSIONS if each.name == VICTIM)
    return (
        [submission]
        if submission in (victim,) or submission.course != "targets"
        else [victim, submission]
    )


def _nbgrader(world, assignment, submission):
    """What `nbgrader autograde` and `nbgrader generate_feedback` do, without starting Python again."""
    from nbgrader.apps import NbGraderAPI

    os.environ.update(world.environment(), PATH=os.environ["PATH"])
    os.chdir(world.course)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(world.course)).load_config()
    config.CourseDirectory.root = str(world.course)
    nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
    nbgrader.autograde(assignment, submission.student)
    if submission.kind == "feedback":
        nbgrader.generate_feedback(assignment, submission.student)


def _texts(folder):
    return [path.read_text(errors="replace") for path in folder.glob("*") if path.is_file()]


def _scores(world, assignment, student):
    """dict[str, float]: by tests cell; of a notebook that failed there is nothing."""
    with contextlib.closing(Gradebook(f"sqlite:///{world.course}/gradebook.db")) as gradebook:
        try:
            notebooks = gradebook.find_submission(assignment, student).notebooks
        except MissingEntry:
            return {}
        if not (world.course / "autograded" / student / assignment).is_dir():
            return {}
        return {
            grade.name: grade.score
            for notebook in notebooks
            for grade in notebook.grades
            if not grade.needs_manual_grade
        }


class _Alive(HTMLParser):
    """Looks for what a browser would run of what a submission wrote."""

    found = False
    script = False

    def handle_starttag(self, tag, attributes):
        self.script = tag == "script"
        for name, value in attributes:
            runs = name.startswith("on") or str(value).strip().lower().startswith("javascript:")
            self.found |= (runs or name == "srcdoc") and ALERT in str(value)

    def handle_data(self, data):
        self.found |= self.script and ALERT in data

    def handle_endtag(self, tag):
        self.script = False


def is_alive(page):
    """bool: whether a page runs something that a submission wrote."""
    parser = _Alive()
    parser.feed(page)
    return parser.found


if __name__ == "__main__":
    main()
