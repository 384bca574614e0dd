"""Grades all of submitted/: prepares, runs several at a time, writes down one after the other."""

import hashlib
import json
import os
import secrets
import signal
import sys
import threading
import traceback
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import psutil
from nbgrader.utils import parse_utc

from .. import __version__
from . import GRADING, autograded, judge, room, samples
from .course import Course, CourseError, Submission
from .examine import Examination, examine, run_reference
from .intake import Intake, Unreadable, read_bytes, take_in
from .master import Master, load_master
from .record import Graded, Recorder
from .reports import Report, write_csv
from .transplant import transplant

OK, UNGRADED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130  # exit codes
WALLS = "none"  # around a room, beyond its limits


@dataclass
class Prepared:
    """A submission that was read, and not run yet."""

    submission: Submission
    master: Master
    intake: Intake
    timestamp: object  # datetime | None
    key: str  # equal keys get equal scores, but for the seed


@dataclass
class Interruption:
    """Ctrl-C and SIGTERM, as a flag that everybody looks at."""

    happened: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self):
        """Set the flag instead of raising KeyboardInterrupt in the block; the second time raise it."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        previous = {
            number: signal.signal(number, self._notice) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield self
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _notice(self, number, frame):
        if self.happened.is_set():
            raise KeyboardInterrupt
        self.happened.set()

    def __bool__(self):
        return self.happened.is_set()


def grade_command(options):
    """The command `webcourse grade`.

    Args:
        options (argparse.Namespace): see `add_commands`.

    Returns:
        int: the exit code.
    """
    try:
        with Interruption().watched() as interrupted:
            return _grade(options, interrupted)
    except (CourseError, room.CannotRun) as error:
        print(f"webcourse grade: {error}", file=sys.stderr)
        return WRONG_USE
    except (KeyboardInterrupt, room.Cancelled):
        print("interrupted: what was graded is kept, run again to go on", file=sys.stderr)
        return INTERRUPTED


def _grade(options, interrupted):
    course = Course(options.course)
    assignments = course.choose(options.assignment)
    report = Report()
    if not course.has_submissions():
        report.say(samples.copy_to_submitted(course))
    found, ignored = course.submissions(assignments, options.student)
    masters = {name: load_master(course.master_path(name), name, course.config) for name in assignments}
    limits = _limits(options)
    prepared, homeless = prepare(found, masters, limits)
    for line in ignored + homeless:
        report.say(f"ignored: {line}")
    if not prepared:
        raise CourseError(
            f"no submission of {' or '.join(assignments)} to grade: put them at "
            f"{course.submitted}/STUDENT/ASSIGNMENT/"
            + (f", or look at --student {options.student}" if options.student != "*" else "")
        )
    recorder = Recorder(course)
    try:
        batch = _Batch(recorder, report, limits, str(options.seed or secrets.token_hex(8)), interrupted)
        code = batch.grade(prepared, options.jobs or _processors(), options.force)
        write_csv(course, recorder)
        report.results(prepared, recorder)
        report.say(batch.summary())
        return code
    finally:
        recorder.close()


def _processors():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def _limits(options):
    given = {
        name: getattr(options, name, None) for name in ("cell_seconds", "notebook_seconds", "memory_mb")
    }
    limits = room.Limits(**{name: value for name, value in given.items() if value})
    limits.cell_cpu_seconds = min(limits.cell_cpu_seconds, limits.cell_seconds)
    return limits


def _user_processes():
    """int: a bound for the system's limit, which counts the threads of all of a user's processes."""
    if os.getuid() == 0:  # the system does not limit root
        return 0
    threads = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            threads += process.info["num_threads"] or 1
    return threads + 512


# ------------------------------------------------------------------ before anything runs


def prepare(submissions, masters, limits):
    """Read all submissions.

    Args:
        submissions (list[Submission])
        masters (dict[str, Master]): by assignment.
        limits (room.Limits)

    Returns:
        tuple[list[Prepared], list[str]]: and what cannot be told to belong anywhere.
    """
    prepared, homeless = {}, []
    for submission in submissions:
        if not submission.stray:
            prepared[submission.student, submission.assignment] = _prepare(submission, masters, limits)
    strays = {}
    for submission in submissions:
        if submission.stray:
            strays.setdefault(submission.path, []).append(_prepare(submission, masters, limits))
    for path, candidates in strays.items():
        best = max(candidates, key=lambda candidate: candidate.intake.matches)
        place = best.submission.student, best.submission.assignment
        if not best.intake.matches and len(masters) > 1:
            homeless.append(
                f"{path} (no notebook of {', '.join(masters)} in it: to grade it all the same, "
                "name the assignment)"
            )
        elif place in prepared:
            homeless.append(f"{path} ({place[0]} handed in {place[1]} in its folder as well)")
        else:
            prepared[place] = best
    return sorted(
        prepared.values(), key=lambda item: (item.submission.assignment, item.submission.student)
    ), homeless


def _prepare(submission, masters, limits):
    master = masters[submission.assignment]
    try:
        intake = take_in(submission.path, master)
    except (
        Exception
    ) as error:  # a fault of ours: this submission gets it as the reason, the others go on
        traceback.print_exc()
        intake = Intake(problem=f"a fault of the grader, please report it ({type(error).__name__})")
    timestamp, stamp = _timestamp(submission, intake)
    content = [
        GRADING,
        __version__,
        master.digest,
        intake.digest,
        intake.problem,
        stamp,
        asdict(limits),
        submission.notes,
    ]
    key = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return Prepared(submission, master, intake, timestamp, key)


def _timestamp(submission, intake):
    """When it was handed in, from timestamp.txt: (datetime | None, text)."""
    try:
        text = read_bytes(submission.path, "timestamp.txt")[:100].decode("utf-8", "replace").strip()
    except (Unreadable, OSError):
        return None, ""
    try:
        return parse_utc(text), text
    except (ValueError, OverflowError, TypeError, AttributeError):
        intake.notes.append("timestamp.txt holds no time, so the submission counts as on time")
        return None, text


# ------------------------------------------------------------------ the run


class _Batch:
    """One run of the command."""

    def __init__(self, recorder, report, limits, seed, interrupted):
        self.recorder, self.report, self.limits, self.seed = recorder, report, limits, seed
        self.interrupted = interrupted
        self.graded, self.unchanged, self.failed, self.total = 0, 0, [], 0

    def grade(self, prepared, jobs, force):
        """Grade what is not graded yet. Returns the exit code."""
        todo = [item for item in prepared if force or not self._is_unchanged(item)]
        self.total, self.unchanged = len(prepared), len(prepared) - len(todo)
        if not todo:
            return OK
        self.limits.user_processes = _user_processes()
        references = {}
        for name, master in {item.master.assignment: item.master for item in todo}.items():
            self.recorder.register(master)
            references[name] = run_reference(master, self.seed, self.limits, self._run)
        self.report.say(
            f"grading {len(todo)} submissions, {jobs} at a time; seed {self.seed}; walls: {WALLS} "
            "(limits only: student code runs with your rights)"
        )
        self._run_all(todo, references, jobs)
        if self.interrupted:
            return INTERRUPTED
        return UNGRADED if self.failed else OK

    def _is_unchanged(self, item):
        return self.recorder.receipt(item.submission.student, item.master).get("key") == item.key

    def _run(self, job):
        return room.run(job, cancelled=self.interrupted.happened.is_set)

    def _run_all(self, todo, references, jobs):
        with ThreadPoolExecutor(jobs) as pool, self.report.progress(len(todo)) as advance:
            futures = {
                pool.submit(self._grade_one, item, references[item.master.assignment]): item
                for item in todo
            }
            try:
                for future in as_completed(futures):
                    item = futures.pop(future)
                    if self.interrupted:
                        pool.shutdown(wait=False, cancel_futures=True)
                    self._write_down(future, item)
                    advance()
            except BaseException:
                self.interrupted.happened.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _write_down(self, future, item):
        try:
            self.recorder.store(future.result())
            self.graded += 1
        except (room.Cancelled, CancelledError):
            pass
        except CourseError:
            raise
        except Exception as error:  # a fault of ours costs one submission, not the batch
            traceback.print_exception(error)
            self.failed.append(item.submission.student)

    def _grade_one(self, item, reference):
        """From answers to a score. Runs in a thread; touches neither database nor folders."""
        if self.interrupted:
            raise room.Cancelled
        master, intake = item.master, item.intake
        plan = transplant(master, intake.answers, intake.extras)
        if intake.problem:
            scores = {
                name: judge.Score(points, cause=judge.UNREADABLE, reason=intake.problem)
                for name, points in master.points.items()
            }
            examination = Examination(scores)
        else:
            examination = examine(plan, master, reference, self.limits, self._run)
        notes = [*item.submission.notes, *intake.notes, *examination.notes]
        notebook = autograded.fill(plan, master, examination, notes)
        receipt = self._receipt(item, examination, notes)
        return Graded(item.submission.student, master, notebook, examination, item.timestamp, receipt)

    def _receipt(self, item, examination, notes):
        """dict: enough to grade again and compare."""
        return {
            "key": item.key,
            "student": item.submission.student,
            "assignment": item.master.assignment,
            "notebook": item.master.name,
            "seed": self.seed,
            "walls": WALLS,
            "grading": f"{GRADING} ({__version__})",
            "seconds": round(examination.seconds, 3),
            "notes": [autograded.clean(note) for note in notes],
            "exercises": {
                exercise.slug: {
                    name: _score_receipt(examination.scores[name]) for name in exercise.tests
                }
                for exercise in item.master.exercises
            },
        }

    def summary(self):
        """str: the last line of the output."""
        parts = [f"{self.graded} graded", f"{self.unchanged} unchanged"]
        if self.failed:
            parts.append(f"{len(self.failed)} without a score: {', '.join(self.failed)}")
        if self.interrupted:
            done = self.graded + self.unchanged
            return f"interrupted: {done} of {self.total} graded, run again to go on"
        return ", ".join(parts) + ": see grades.csv, feedback/ and the gradebook"


def _score_receipt(score):
    return {
        "points": score.points,
        "earned": score.earned,
        "cause": score.cause,
        "reason": autograded.clean(score.reason),
        "alone": score.alone,
        "checks": score.checks,
    }
