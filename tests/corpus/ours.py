"""Grades submissions with ours, as `webcourse grade` does, and looks around afterwards."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from webcourse.grading.course import printable

from . import plain_course, targets
from .world import HIDDEN, World, listening

COURSES = {"targets": targets, "plain": plain_course}
LIMITS = {
    "targets": ["--cell-seconds", "4", "--notebook-seconds", "40", "--memory-mb", "400"],
    "plain": ["--cell-seconds", "10", "--notebook-seconds", "40", "--memory-mb", "400"],  # runs pytest
}
WITHIN = 600  # seconds for a whole run
JOBS = 1 + (os.cpu_count() or 1)  # much of the time they wait for what never ends


@dataclass
class Outcome:
    """What one submission came to."""

    scores: dict = field(default_factory=dict)  # points by tests cell, from the receipts
    reasons: dict = field(default_factory=dict)  # of the tests cells that lost points
    gradebook: dict = field(default_factory=dict)  # points by tests cell, from the gradebook
    notes: list = field(default_factory=list)
    evidence: set = field(default_factory=set)
    pages: list = field(default_factory=list)  # of feedback
    files: list = field(default_factory=list)  # text of the receipts and autograded notebooks
    seconds: float = 0.0


@dataclass
class Run:
    """What grading a course came to."""

    course: str
    world: World
    outcomes: dict = field(default_factory=dict)  # Outcome by the name of the submission
    code: int = -1
    output: str = ""
    seconds: float = 0.0
    reached: list = field(default_factory=list)  # what came to the listening sockets
    changed: list = field(default_factory=list)  # files outside
    processes: list = field(default_factory=list)  # that were left
    litter: list = field(default_factory=list)  # files that were left
    entries: set = field(default_factory=set)  # of the course folder


def can_be_walled_in():
    """bool: whether hostile code may run on this machine: it has bubblewrap's namespaces."""
    room = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    with contextlib.suppress(OSError):
        return subprocess.run(room, capture_output=True, check=False).returncode == 0
    return False


def grade(course, submissions, root, options=()):
    """Grade submissions of one course in a folder of their own.

    Args:
        course (str): key of COURSES.
        submissions (list[Submission]): of that course.
        root (Path): an empty folder.
        options (Iterable[str]): more for the command.

    Returns:
        Run
    """
    world = World(Path(root))
    COURSES[course].make(world)
    run = Run(course, world)
    with listening(world) as run.reached:
        for submission in submissions:
            folder = world.course / "submitted" / submission.student / COURSES[course].ASSIGNMENT
            folder.mkdir(parents=True)
            submission.hand_in(world, folder)
        before = world.outside_files()
        started = time.monotonic()
        _run_command(run, options)
        run.seconds = time.monotonic() - started
    after = world.outside_files()
    run.changed = [name for name in before | after if before.get(name) != after.get(name)]
    run.processes, run.litter = world.processes(), world.litter()
    run.entries = {path.name for path in world.course.iterdir()}
    gradebook = Gradebook(f"sqlite:///{world.course}/gradebook.db")
    with contextlib.closing(gradebook):
        for submission in submissions:
            run.outcomes[submission.name] = _outcome(run, submission, gradebook)
    return run


def _run_command(run, options):
    command = [sys.executable, "-m", "webcourse", "grade", "--course", str(run.world.course)]
    command += ["--jobs", str(JOBS), *LIMITS[run.course], *options]
    process = subprocess.Popen(
        command,
        cwd=run.world.root,
        env=run.world.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        run.output = process.communicate(timeout=WITHIN)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        run.output = process.communicate()[0] + "\n(the command did not end)"
    run.code = process.returncode


def _outcome(run, submission, gradebook):
    outcome = Outcome()
    student, assignment = printable(submission.student), COURSES[run.course].ASSIGNMENT
    folders = {step: run.world.course / step / student / assignment for step in STEPS}
    for path in sorted(folders["receipts"].glob("*.json")):
        text = path.read_text(encoding="utf-8")
        _read_receipt(outcome, json.loads(text))
        outcome.files.append(text)
    outcome.pages = [path.read_text() for path in sorted(folders["feedback"].glob("*.html"))]
    outcome.files += [path.read_text() for path in sorted(folders["autograded"].glob("*.ipynb"))]
    with contextlib.suppress(MissingEntry):
        for notebook in gradebook.find_submission(assignment, student).notebooks:
            outcome.gradebook |= {grade.name: grade.score for grade in notebook.grades}
    return outcome


STEPS = "receipts", "feedback", "autograded"


def _read_receipt(outcome, receipt):
    outcome.notes += receipt["notes"]
    outcome.seconds += receipt["seconds"]
    for tests in receipt["exercises"].values():
        for name, score in tests.items():
            outcome.scores[name] = score["earned"]
            outcome.evidence.add(score.get("evidence", ""))
            if score["earned"] < score["points"]:
                outcome.reasons[name] = score["reason"]


# ------------------------------------------------------------------ what must hold


def complaints(submission, run):
    """What is wrong with how a submission was graded.

    Args:
        submission (Submission)
        run (Run)

    Returns:
        list[str]: a line for each fault; empty when all is as it should be.
    """
    outcome = run.outcomes[submission.name]
    return [
        *_score_complaints(submission, outcome, COURSES[run.course].POINTS),
        *_leaks(submission, run),
        *_page_complaints(outcome),
        *_failed_facts(submission, outcome),
    ]


def _score_complaints(submission, outcome, points):
    deserved = submission.deserved(points)
    if not outcome.scores:
        return ["it has no score"]
    found = [
        f"{name}: {outcome.scores.get(name)} points instead of {due} ({outcome.reasons.get(name, '')})"
        for name, due in deserved.items()
        if outcome.scores.get(name) != due
    ]
    booked = {name: outcome.gradebook.get(name) for name in deserved}
    if booked != {name: outcome.scores.get(name) for name in deserved}:
        found.append(f"the gradebook says {booked}")
    return found


def _leaks(submission, run):
    outcome, world = run.outcomes[submission.name], run.world
    own = world.secrets["victim"] if submission.name == "victim" else None
    found = [
        f"the word {word} came out"
        for word in world.words
        if word not in (own, HIDDEN) and any(word in text for text in outcome.files + outcome.pages)
    ]
    if any(HIDDEN in page for page in outcome.pages):
        found.append("a hidden check is in the feedback")
    found += [f"{name} was changed" for name in run.changed if submission.name in name]
    found += [f"it reached {what}" for what in run.reached if submission.name in what]
    return found


def _page_complaints(outcome):
    from tests.grading.pages import assert_inert

    found = [] if outcome.pages else ["there is no feedback"]
    for page in outcome.pages:
        try:
            assert_inert(page)
        except AssertionError as error:
            found.append(f"the feedback is alive: {str(error)[:200]}")
        if len(page) > 2_000_000:
            found.append(f"the feedback has {len(page) // 1_000_000} MB")
        if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x9b\u202e\ud800-\udfff]", page):
            found.append("the feedback holds control characters")
    for text in outcome.files:
        held = json.loads(text)
        if "cells" in held:
            found += [f"the graded notebook is none: {error}" for error in _faults(held)]
        for cell in held.get("cells", []):
            for output in cell.get("outputs", []):
                if set(output.get("data", {})) - {"text/plain", "image/png"}:
                    found.append(f"the graded notebook shows {sorted(output['data'])}")
    return found


def _faults(notebook):
    """list[str]: where a notebook (dict) departs from nbformat."""
    return [str(error).splitlines()[0] for error in nbformat.validator.iter_validate(notebook)]


def _failed_facts(submission, outcome):
    found = []
    if submission.reasons and not any(
        word in reason for word in submission.reasons for reason in outcome.reasons.values()
    ):
        found.append(f"none of {submission.reasons} is in the reasons {outcome.reasons}")
    if submission.note and not any(submission.note in note for note in outcome.notes):
        found.append(f"{submission.note!r} is in none of the notes {outcome.notes}")
    if unexplained := [name for name, reason in outcome.reasons.items() if not reason]:
        found.append(f"no reason is given for {unexplained}")
    for fact in submission.facts:
        try:
            fact(outcome)
        except AssertionError as error:
            found.append(f"{fact.__name__}: {error}")
    return found


EXPECTED_ENTRIES = {
    "source",
    "submitted",
    "autograded",
    "feedback",
    "receipts",
    "gradebook.db",
    "grades.csv",
    "report.html",
    "nbgrader_config.py",
}


def complaints_about_run(run):
    """list[str]: what is wrong with a run as a whole."""
    found = [] if run.code == 0 else [f"exit code {run.code}: {run.output[-1500:]}"]
    found += [f"still running: {process}" for process in run.processes]
    found += [f"left behind: {path}" for path in run.litter]
    found += [f"changed outside: {name}" for name in run.changed]
    found += [f"reached: {what}" for what in run.reached]
    found += [f"new in the course folder: {name}" for name in run.entries - EXPECTED_ENTRIES]
    return found
