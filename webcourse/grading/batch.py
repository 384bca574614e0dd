"""Grades all of submitted/: prepares, runs several at a time, writes down one after the other."""

import secrets
import signal
import sys
import threading
import traceback
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import psutil
from nbgrader.utils import parse_utc

from .. import __version__
from . import GRADING, engines, preview, room, samples, walls, work
from .course import Course, CourseError, Submission
from .examine import run_reference
from .intake import Unreadable, collect, read_bytes, take_in
from .master import load_master
from .prefix import prefix
from .record import Recorder
from .reports import Report, write_csv

OK, UNGRADED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130  # exit codes


@dataclass
class Item:
    """A notebook that is to be graded, with the place where it lies."""

    submission: Submission
    notebook: str  # name

    @property
    def student(self):
        return self.submission.student

    @property
    def assignment(self):
        return self.submission.assignment


@dataclass
class Interruption:
    """Ctrl-C and SIGTERM, as a flag that everybody looks at."""

    happened: threading.Event = field(default_factory=threading.Event)
    told: list = field(default_factory=list)  # functions that are called when it happens

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
        for tell in self.told:
            tell()

    def __bool__(self):
        return self.happened.is_set()


@contextmanager
def command(name):
    """Turn what may go wrong in a command into one line and an exit code, which the block reads from
    the list that it is given."""
    code = [WRONG_USE]
    try:
        yield code
    except (CourseError, room.CannotRun, walls.NoWalls) as error:
        print(f"webcourse {name}: {error}", file=sys.stderr)
        code[0] = WRONG_USE
    except (KeyboardInterrupt, room.Cancelled):
        print("interrupted: what was graded is kept, run again to go on", file=sys.stderr)
        code[0] = INTERRUPTED


def grade_command(options):
    """The command `webcourse grade`.

    Args:
        options (argparse.Namespace): see `add_commands`.

    Returns:
        int: the exit code.
    """
    with command("grade") as code, Interruption().watched() as interrupted:
        course = Course(options.course)
        report = Report()
        if not course.has_submissions():
            report.say(samples.copy_to_submitted(course))
        run = Run(course, options, report, interrupted)
        recorder = Recorder(course)
        try:
            code[0] = run.grade(recorder)
        finally:
            recorder.close()
            work.close_rooms()
    return code[0]


def regrade_command(options):
    """The command `webcourse regrade`: everything again, or only what that would change.

    Args:
        options (argparse.Namespace): see `add_commands`.

    Returns:
        int: the exit code.
    """
    options.force = True
    if not options.preview:
        return grade_command(options)
    with command("regrade") as code, Interruption().watched() as interrupted:
        course = Course(options.course)
        report = Report(quiet=options.json)
        run = Run(course, options, report, interrupted)
        recorder = Recorder(course)
        try:
            code[0] = run.preview(recorder)
        finally:
            recorder.close()
            work.close_rooms()
    return code[0]


def report_command(options):
    """The command `webcourse report`: the class report, from what is graded.

    Args:
        options (argparse.Namespace): see `add_commands`.

    Returns:
        int: the exit code.
    """
    with command("report") as code:
        course = Course(options.course)
        recorder = Recorder(course)
        try:
            print(_write_report(course, recorder))
        finally:
            recorder.close()
        code[0] = OK
    return code[0]


def _write_report(course, recorder):
    from . import class_report  # with its charts: slow to import

    rows, receipts = class_report.gather(course, recorder)
    if not any(rows.values()):
        raise CourseError("nothing is graded yet: run `webcourse grade` first")
    return class_report.write_report(course, rows, receipts)


def limits_of(options):
    """room.Limits: as the command's options say."""
    given = {
        name: getattr(options, name, None) for name in ("cell_seconds", "notebook_seconds", "memory_mb")
    }
    limits = room.Limits(**{name: value for name, value in given.items() if value})
    limits.cell_cpu_seconds = min(limits.cell_cpu_seconds, limits.cell_seconds)
    limits.user_processes = _user_processes()
    return limits


def _user_processes():
    """int: a bound for the system's limit, which counts the threads of all of a user's processes."""
    if not hasattr(psutil.Process, "uids") or psutil.Process().uids().real == 0:  # root has no limit
        return 0
    threads = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == psutil.Process().uids().real:
            threads += process.info["num_threads"] or 1
    return threads + 512


class Run:
    """One run over the submissions of a course: what is graded, with what, and where.

    Args:
        course (Course)
        options (argparse.Namespace): of `webcourse grade`.
        report (Report)
        interrupted (Interruption)

    Raises:
        CourseError, walls.NoWalls: if nothing can be graded.
    """

    def __init__(self, course, options, report, interrupted):
        self.course, self.options, self.report = course, options, report
        self.interrupted = interrupted
        self.limits = limits_of(options)
        self.seed = str(options.seed or secrets.token_hex(8))
        self.walls = walls.choose(options.trust)
        assignments = course.choose(options.assignment)
        found, self.ignored = course.submissions(assignments, options.student)
        self.masters = {name: load_masters(course, name) for name in assignments}
        self.items = self._place(found)
        self.graded, self.unchanged, self.failed = 0, 0, []
        for line in self.ignored:
            report.say(f"ignored: {line}")
        if not self.items:
            raise CourseError(
                f"no submission of {' or '.join(assignments)} to grade: put them at "
                f"{course.submitted}/STUDENT/ASSIGNMENT/"
                + (f", or look at --student {options.student}" if options.student != "*" else "")
            )

    # -------------------------------------------------------------- what there is

    def _place(self, submissions):
        """list[Item]: a notebook each, sorted. Strays go where their content belongs."""
        places = {(s.student, s.assignment): s for s in submissions if not s.stray}
        strays = {}
        for submission in submissions:
            if submission.stray:
                strays.setdefault(submission.path, []).append(submission)
        for path, candidates in strays.items():
            matches = [self._matches(candidate) for candidate in candidates]
            best = candidates[matches.index(max(matches))]
            place = best.student, best.assignment
            if not max(matches) and len(self.masters) > 1:
                self.ignored.append(
                    f"{path} (no notebook of {', '.join(self.masters)} in it: to grade it all the same, "
                    "name the assignment)"
                )
            elif place in places:
                self.ignored.append(f"{path} ({place[0]} handed in {place[1]} in its folder as well)")
            else:
                places[place] = best
        return [
            Item(submission, name)
            for (_, assignment), submission in sorted(places.items(), key=lambda pair: pair[0][::-1])
            for name in self.masters[assignment]
        ]

    def _matches(self, submission):
        collected = collect(submission.path)
        return sum(take_in(collected, m).matches for m in self.masters[submission.assignment].values())

    def task(self, item):
        """work.Task: the item with its content."""
        master = self.masters[item.assignment][item.notebook]
        try:
            collected = collect(item.submission.path)
        except Exception as error:  # a fault of ours: this submission gets a reason, the others go on
            traceback.print_exc()
            reason = Unreadable(f"a fault of the grader, please report it ({type(error).__name__})")
            collected = collect(item.submission.path / "nothing")
            collected.notebooks = {f"{item.notebook}.ipynb": reason}
        collected.notes += item.submission.notes
        timestamp, stamp = _timestamp(item.submission, collected)
        key = work.digest(
            GRADING, __version__, master.digest, collected.digest, stamp, asdict(self.limits)
        )
        return work.Task(item.student, item.assignment, item.notebook, collected, key, timestamp)

    # -------------------------------------------------------------- grading

    def grade(self, recorder):
        """Grade what is not graded yet, and report. Returns the exit code."""
        todo = [item for item in self.items if self.options.force or not self._is_graded(item, recorder)]
        self.unchanged = len(self.items) - len(todo)
        code = OK
        if todo:
            for masters in self.masters.values():
                recorder.register(list(masters.values()))
            code = self._write_down(self.results(todo), recorder)
        write_csv(self.course, recorder)
        self.report.results(self.items, recorder)
        if self.graded or self.unchanged:
            _write_report(self.course, recorder)
        self.report.say(self.summary())
        return code

    def preview(self, recorder):
        """Show what grading again would change, and write nothing. Returns the exit code."""
        old = [
            receipt
            for item in self.items
            if (receipt := recorder.receipt(item.student, item.assignment, item.notebook))
        ]
        held, new = {}, []
        for assignment in self.masters:
            held |= preview.read_held(recorder.gradebook, assignment)
        for task, result in self.results(self.items):
            if isinstance(result, (CourseError, room.CannotRun)):
                raise result
            if isinstance(result, Exception):
                self.failed.append(task.student)
            else:
                new.append(result.receipt)
        if self.interrupted:
            return INTERRUPTED
        found = preview.compare(held, new, old)
        print(preview.as_json(found)) if self.options.json else preview.show(found)
        for student in self.failed:
            print(f"webcourse regrade: {student} could not be graded", file=sys.stderr)
        return UNGRADED if self.failed else OK

    def _is_graded(self, item, recorder):
        receipt = recorder.receipt(item.student, item.assignment, item.notebook)
        return bool(receipt) and receipt.get("key") == self.task(item).key

    def results(self, items):
        """Run *items*; yields (work.Task, work.Result or an exception), with progress on the terminal."""
        address = self.options.scheduler
        cluster = engines.connect(address) if address else None  # before anything takes long
        kits = self._kits({(item.assignment, item.notebook) for item in items})
        engine = (
            engines.Cluster(kits, cluster) if cluster else engines.LocalPool(kits, self.options.jobs)
        )
        with engine:
            self.interrupted.told.append(engine.stop)
            self.report.say(
                f"grading {len(items)} notebooks, {engine}; seed {self.seed}; walls: {walls.SAID[self.walls]}"
            )
            with self.report.progress(len(items)) as advance:
                for task, result in engine.run(self._tasks(items)):
                    yield task, result
                    advance()

    def _tasks(self, items):
        for item in items:
            if self.interrupted:
                return
            yield self.task(item)

    def _kits(self, names):
        """dict[tuple[str, str], work.Kit]: of the notebooks that are graded, each with its reference."""
        kits, rooms = {}, work.rooms(self.walls)
        for assignment, name in sorted(names):
            masters = self.masters[assignment]
            master, common = masters[name], prefix(masters[name])

            def run(job, common=common):
                return rooms.run(job, common, self.interrupted.happened.is_set)

            reference = run_reference(master, self.seed, self.limits, run)
            others = tuple(other for other in masters if other != name)
            kits[assignment, name] = work.Kit(master, reference, self.limits, self.walls, others)
        return kits

    def _write_down(self, results, recorder):
        for task, result in results:
            try:
                if isinstance(result, Exception):
                    raise result
                recorder.store(result)
                self.graded += 1
            except room.Cancelled:
                pass
            except (CourseError, room.CannotRun):
                raise
            except Exception as error:  # a fault of ours costs one submission, not the batch
                traceback.print_exception(error)
                self.failed.append(task.student)
        if self.interrupted:
            return INTERRUPTED
        return UNGRADED if self.failed else OK

    def summary(self):
        """str: the last line of the output."""
        parts = [f"{self.graded} graded", f"{self.unchanged} unchanged"]
        if self.failed:
            parts.append(f"{len(self.failed)} without a score: {', '.join(self.failed)}")
        if self.interrupted:
            done = self.graded + self.unchanged
            return f"interrupted: {done} of {len(self.items)} graded, run again to go on"
        return ", ".join(parts) + ": see report.html, grades.csv, feedback/ and the gradebook"


def load_masters(course, assignment):
    """dict[str, Master]: the notebooks of an assignment, by name."""
    paths = course.master_paths(assignment)
    return {path.stem: load_master(path, assignment, course.config) for path in paths}


def _timestamp(submission, collected):
    """When it was handed in, from timestamp.txt: (datetime | None, text)."""
    try:
        text = read_bytes(submission.path, "timestamp.txt")[:100].decode("utf-8", "replace").strip()
    except (Unreadable, OSError):
        return None, ""
    collected.files.pop("timestamp.txt", None)
    try:
        return parse_utc(text), text
    except (ValueError, OverflowError, TypeError, AttributeError):
        collected.notes.append("timestamp.txt holds no time, so the submission counts as on time")
        return None, text
