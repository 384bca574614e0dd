"""Writes results down: nbgrader's gradebook, autograded/, feedback/ and receipts/. The only writer.

Each submission is one transaction, and its receipt comes last: what has a receipt is complete, so
an interrupted run loses nothing that was graded, and the next one does the rest.
"""

import contextlib
import json
import os
import warnings

import nbformat
from nbgrader import utils
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    SolutionCell,
    SourceCell,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SAWarning, SQLAlchemyError

from .course import CourseError
from .feedback import render
from .judge import UNREADABLE
from .master import grade_id
from .work import as_text


class Recorder:
    """The gradebook and the folders of results of a course."""

    def __init__(self, course):
        self.course = course
        self.url = course.directory.db_url
        self._names = {}  # notebook's id -> names of its cells by id
        with self._errors():
            self.gradebook = Gradebook(self.url, course.directory.course_id)
            self.gradebook.db.execute(
                text("UPDATE course SET id = id")
            )  # fails at once where it would later
            self.gradebook.db.rollback()

    def close(self):
        self.gradebook.close()

    @contextlib.contextmanager
    def _errors(self):
        """Turn what a database may answer into one line with the cure."""
        try:
            yield
        except FileNotFoundError as error:
            raise CourseError(
                f"nbgrader cannot start {error.filename}: install the course's requirements"
            ) from error
        except SQLAlchemyError as error:
            with contextlib.suppress(AttributeError, SQLAlchemyError):
                self.gradebook.db.rollback()
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise CourseError(
                f"the gradebook {self.url} cannot be used ({reason}): close what has it open, such as "
                "Formgrader, see that it may be written, or run `nbgrader db upgrade` if it is from an "
                "older nbgrader"
            ) from error

    # -------------------------------------------------------------- the assignment

    def register(self, masters):
        """Let the gradebook know an assignment as `nbgrader generate_assignment` does.

        Cells that were added or removed since are added to, or removed from, what is recorded.

        Args:
            masters (list[Master]): of all notebooks of the assignment.

        Raises:
            CourseError: if a removed cell has a score or comment that a person gave.
        """
        with self._errors():
            name = masters[0].assignment
            assignment = self.gradebook.update_or_create_assignment(name)
            self._check_notebooks(assignment, {master.name for master in masters})
            for master in masters:
                self._register_notebook(master)

    def _register_notebook(self, master):
        try:
            known = self.gradebook.find_notebook(master.name, master.assignment)
        except MissingEntry:
            known = None
        if known and _described(known) == _description(master):
            return
        if known and known.submissions:
            self._adapt(known, master)
        self.gradebook.db.commit()
        resources = {"notebook": master.name, "assignment": master.assignment, "db_url": self.url}
        SaveCells(config=self.course.config).preprocess(master.notebook, {"nbgrader": resources})
        self.gradebook.db.expire_all()

    def _check_notebooks(self, assignment, names):
        for other in [notebook for notebook in assignment.notebooks if notebook.name not in names]:
            if other.submissions:
                raise CourseError(
                    f"the gradebook has grades for {assignment.name}/{other.name}, but source/ has "
                    f"not: rename {' or '.join(sorted(names))} back, or move gradebook.db away"
                )
            self.gradebook.remove_notebook(other.name, assignment.name)

    def _adapt(self, known, master):
        """Give recorded submissions the cells that the master has now."""
        db, wanted = self.gradebook.db, _cell_names(master)
        have = {
            GradeCell: known.grade_cells,
            SolutionCell: known.solution_cells,
            SourceCell: known.source_cells,
        }
        have[TaskCell] = known.task_cells
        for kind, cells in have.items():
            for cell in [cell for cell in cells if cell.name not in wanted[kind]]:
                self._remove_cell(cell, kind)
        args = known.name, master.assignment
        names = {kind: {cell.name for cell in cells} for kind, cells in have.items()}
        for name in wanted[GradeCell] - names[GradeCell]:
            cell = self.gradebook.add_grade_cell(name, *args, max_score=0.0, cell_type="code")
            db.add_all(Grade(cell_id=cell.id, notebook=submitted) for submitted in known.submissions)
        for name in wanted[SolutionCell] - names[SolutionCell]:
            cell = self.gradebook.add_solution_cell(name, *args)
            db.add_all(Comment(cell_id=cell.id, notebook=submitted) for submitted in known.submissions)
        for name in wanted[SourceCell] - names[SourceCell]:
            self.gradebook.add_source_cell(name, *args, cell_type="code")

    def _remove_cell(self, cell, kind):
        records = [] if kind is SourceCell else [*(cell.grades or []), *(cell.comments or [])]
        for record in records:
            by_hand = [
                getattr(record, name, None)
                for name in ("manual_score", "extra_credit", "manual_comment")
            ]
            if any(value is not None for value in by_hand):
                raise CourseError(
                    f"{cell.name} is no longer in the master, and the gradebook holds a score or "
                    "comment that a person gave for it: put the cell back, or move gradebook.db away"
                )
            self.gradebook.db.delete(record)
        self.gradebook.db.delete(cell)

    # -------------------------------------------------------------- one submission

    def has(self, student, assignment):
        """bool: whether the gradebook has this submission."""
        with self._errors():
            try:
                self.gradebook.find_submission(assignment, student)
            except MissingEntry:
                return False
            return True

    def store(self, result):
        """Write down one submitted notebook. Scores and comments that a person gave stay.

        Args:
            result (work.Result)
        """
        task = result.task
        with self._errors():
            submitted = self._store_scores(result)
            page = self._page(result, submitted)
        folder = self.course.folder("autograded", task.student, task.assignment)
        write(folder / f"{task.notebook}.ipynb", result.text, mode=0o444)
        self._copy_timestamp(task, folder)
        feedback = self.course.folder("feedback", task.student, task.assignment)
        write(feedback / f"{task.notebook}.html", page)
        write(
            self.receipt_path(task.student, task.assignment, task.notebook),
            as_text(result.receipt),
        )

    def _page(self, result, submitted):
        """str: the feedback; made anew where the gradebook knows more than the run does."""
        penalty = submitted.late_submission_penalty or 0
        grades, comments = submitted.grades, submitted.comments
        by_person = any(grade.manual_score is not None or grade.extra_credit for grade in grades)
        by_person = by_person or any(comment.manual_comment is not None for comment in comments)
        if not (penalty or by_person):
            return result.page
        points = {grade.name: (grade.score, grade.max_score) for grade in grades}
        comments = {comment.name: comment.comment for comment in comments}
        notebook = nbformat.reads(result.text, as_version=4)
        return render(notebook, result.task.notebook, points, comments, penalty)

    def _store_scores(self, result):
        """Returns the gradebook's SubmittedNotebook, committed."""
        task, gradebook = result.task, self.gradebook
        gradebook.update_or_create_student(task.student)
        when = {"timestamp": task.timestamp} if task.timestamp else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # about nbgrader's own ways
            submission = gradebook.update_or_create_submission(task.assignment, task.student, **when)
        submitted = next(n for n in submission.notebooks if n.name == task.notebook)
        if _is_missing(result):
            self._give_nothing(submitted)
        else:
            self._give(submitted, result)
        gradebook.db.flush()
        gradebook.db.refresh(submitted)
        penalty = None if _is_missing(result) else self._penalty(submission, submitted)
        submitted.late_submission_penalty = penalty
        gradebook.db.commit()
        return submitted

    @staticmethod
    def _give_nothing(submitted):
        """What nbgrader does for a notebook that was not handed in: nobody has to look at it."""
        for grade in submitted.grades:
            grade.auto_score, grade.needs_manual_grade = 0.0, False

    def _give(self, submitted, result):
        names = self._cell_names(submitted.notebook_id)
        earned = result.scores | result.by_hand
        for grade in submitted.grades:
            name = names[grade.cell_id]
            if name in earned:
                grade.auto_score = earned[name]
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            elif grade.auto_score is not None:  # a task, in a notebook that was missing until now
                grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
        for comment in submitted.comments:
            name = names[comment.cell_id]
            if name in result.comments:
                comment.auto_comment = result.comments[name]

    def _cell_names(self, notebook_id):
        """dict[str, str]: names of a notebook's cells by id; asking each row for its cell takes long."""
        if notebook_id not in self._names:
            cells = self.gradebook.db.query(BaseCell).filter(BaseCell.notebook_id == notebook_id)
            self._names[notebook_id] = {cell.id: cell.name for cell in cells}
        return self._names[notebook_id]

    def _penalty(self, submission, submitted):
        """float | None: what the plugin of nbgrader_config.py takes off for lateness."""
        if submission.total_seconds_late <= 0:
            return None
        lateness = AssignLatePenalties(config=self.course.config)
        lateness.init_plugin()
        penalty = lateness.plugin_inst.late_submission_penalty(
            submission.student_id, submitted.score, submission.total_seconds_late
        )
        return None if penalty is None else lateness._check_late_penalty(submitted, penalty)

    def _copy_timestamp(self, task, folder):
        """nbgrader compares it with the next submission's."""
        path = folder / "timestamp.txt"
        if task.timestamp:
            write(path, f"{task.timestamp:%Y-%m-%d %H:%M:%S.%f} UTC\n", mode=0o444)
        else:
            path.unlink(missing_ok=True)

    # -------------------------------------------------------------- what is there

    def receipt_path(self, student, assignment, notebook):
        """Path: of the receipt of a submitted notebook."""
        return self.course.folder("receipts", student, assignment) / f"{notebook}.json"

    def receipt(self, student, assignment, notebook):
        """dict: the receipt of a submitted notebook, empty if it was not graded completely."""
        files = {"autograded": f"{notebook}.ipynb", "feedback": f"{notebook}.html"}
        complete = all(
            (self.course.folder(step, student, assignment) / name).exists()
            for step, name in files.items()
        ) and self.has(student, assignment)
        return read_receipt(self.receipt_path(student, assignment, notebook)) if complete else {}

    def rows(self, assignment):
        """What the gradebook holds for an assignment, manual grading included.

        Returns:
            list[dict]: `student`, `score` (after the late `penalty`), `max_score`, `penalty` and
            `points`, a dict by tests cell.
        """
        with self._errors():
            try:
                submissions = self.gradebook.assignment_submissions(assignment)
            except MissingEntry:
                return []
            return sorted(
                (_row(submission) for submission in submissions), key=lambda row: row["student"]
            )


def _is_missing(result):
    """bool: whether there was no notebook that could be read."""
    exercises = result.receipt["exercises"].values()
    causes = {score["cause"] for scores in exercises for score in scores.values()}
    return causes == {UNREADABLE}


def read_receipt(path):
    """dict: what the receipt at *path* holds, empty without one."""
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return receipt if isinstance(receipt, dict) else {}


def _row(submission):
    points = {grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades}
    return {
        "student": submission.student_id,
        "score": max(0.0, submission.score - submission.late_submission_penalty),
        "max_score": submission.max_score,
        "penalty": submission.late_submission_penalty,
        "points": points,
    }


def _cell_names(master):
    """dict[type, set[str]]: the names of the cells that nbgrader keeps, by kind."""
    kinds = {GradeCell: utils.is_grade, SolutionCell: utils.is_solution, TaskCell: utils.is_task}
    cells = [cell for cell in master.notebook.cells if grade_id(cell)]
    names = {
        kind: {grade_id(cell) for cell in cells if belongs(cell)} for kind, belongs in kinds.items()
    }
    names[SourceCell] = {
        grade_id(cell)
        for cell in cells
        if utils.is_locked(cell) or any(belongs(cell) for belongs in kinds.values())
    }
    return names


def _description(master):
    """What `_described` gives once the master is registered."""
    cells = {grade_id(cell): cell for cell in master.notebook.cells if grade_id(cell)}
    names = _cell_names(master)
    return (
        {
            name: (cells[name].metadata.nbgrader.get("checksum"), cells[name].source)
            for name in names[SourceCell]
        },
        {name: float(cells[name].metadata.nbgrader.points) for name in names[GradeCell]},
        names[SolutionCell],
    )


def _described(known):
    """What the gradebook holds of a notebook, to see whether the master changed."""
    return (
        {cell.name: (cell.checksum, cell.source) for cell in known.source_cells},
        {cell.name: cell.max_score for cell in known.grade_cells},
        {cell.name for cell in known.solution_cells},
    )


def write(path, content, mode=0o644):
    """Write a text file so that it is never half there.

    Raises:
        CourseError: if it may not be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(new, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
        os.chmod(new, mode)
        os.replace(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise CourseError(
            f"{path} cannot be written ({error.strerror}): make room or change its permissions"
        ) from error
