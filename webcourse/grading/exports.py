"""Grades for learning platforms: plugins of `nbgrader export`.

    nbgrader export --exporter webcourse.grading.exports.CanvasExporter --to canvas.csv
    nbgrader export --exporter webcourse.grading.exports.MoodleExporter --to moodle.csv

Both write one row a student and one column an assignment: the score after the penalty for lateness,
and nothing where a student handed nothing in. `--student` and `--assignment` choose as they do for
nbgrader's own exporter; the rest is configured in nbgrader_config.py.
"""

import csv
import html
import re

from nbgrader.api import Assignment, SubmittedAssignment
from nbgrader.plugins import ExportPlugin
from sqlalchemy.orm import undefer
from traitlets import Bool, Dict, Enum, Unicode

FORMULA = "=", "+", "-", "@", "\t", "\r"  # what spreadsheets may take for the start of a formula
DECIMALS = 5  # as many as Moodle keeps
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
COMMENT = 1000  # characters of a student's feedback
MOODLE_MOST = 100  # points that Moodle takes unless told otherwise


def no_formula(text):
    """*text* so that a spreadsheet takes it for text."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def one_line(text):
    """*text* (or None) without line breaks, control characters and what reverses writing direction."""
    return " ".join(UNSEEN.sub(" ", text or "").split())


def number(value):
    """str: a number with at most five decimals, never with an exponent."""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


class Grade(str):
    """What stands in a cell for a grade: never a formula, though it may begin with a minus."""


def grade(submission, missing=""):
    """Grade: the score after the penalty for lateness; *missing* without a submission (None)."""
    if submission is None:
        return Grade(missing)
    return Grade(number(max(0.0, submission.score - submission.late_submission_penalty)))


class TableExporter(ExportPlugin):
    """What the exporters share."""

    default_to = "grades.csv"
    columns = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="how the platform names an assignment, by nbgrader's name; default: the same name",
    ).tag(config=True)

    def export(self, gradebook):
        """Write the file `to`.

        Args:
            gradebook (nbgrader.api.Gradebook)

        Raises:
            ValueError: if two assignments have one name on the platform.
            OSError: if the file cannot be written.
        """
        path = self.to or self.default_to
        assignments = self._chosen(gradebook.assignments, self.assignment, "name", "assignment")
        students = self._chosen(gradebook.students, self.student, "id", "student")
        titles = [self.columns.get(assignment.name, assignment.name) for assignment in assignments]
        if len(set(titles)) < len(titles):
            raise ValueError(f"two assignments have the same name: {', '.join(titles)}: see `columns`")
        submissions = self._submissions(gradebook, assignments)
        self.log.info("Exporting %d students to %s", len(students), path)
        with open(path, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            for row in self.rows(assignments, titles, students, submissions):
                table.writerow([cell if isinstance(cell, Grade) else no_formula(cell) for cell in row])

    def rows(self, assignments, titles, students, submissions):
        """The rows of the file, the heading included.

        Args:
            assignments (list[Assignment])
            titles (list[str]): of the assignments on the platform.
            students (list[Student])
            submissions (dict[tuple[str, str], SubmittedAssignment]): by assignment and student.

        Yields:
            list[str]: grades as `Grade`.
        """
        raise NotImplementedError

    def _chosen(self, records, wanted, attribute, kind):
        """The records whose id or name is wanted; all where none is."""
        wanted = [str(name) for name in wanted]
        known = {getattr(record, attribute) for record in records}
        for name in wanted:
            if name not in known:
                self.log.warning("The gradebook knows no %s %r", kind, name)
        return [record for record in records if not wanted or getattr(record, attribute) in wanted]

    def _submissions(self, gradebook, assignments):
        """All of them with one query: the scores would take one each."""
        found = {}
        query = gradebook.db.query(SubmittedAssignment).join(SubmittedAssignment.assignment)
        for submission in query.filter(Assignment.id.in_([a.id for a in assignments])).options(
            undefer(SubmittedAssignment.score),
            undefer(SubmittedAssignment.late_submission_penalty),
            undefer(SubmittedAssignment.needs_manual_grade),
        ):
            found[submission.name, submission.student_id] = submission
        waiting = sum(submission.needs_manual_grade for submission in found.values())
        if waiting:
            self.log.warning("%d submissions wait for manual grading", waiting)
        return found

    def _name(self, student):
        """str: "Last, First", or the id of a student without a name."""
        names = one_line(student.last_name), one_line(student.first_name)
        return ", ".join(filter(None, names)) or one_line(student.id)


class CanvasExporter(TableExporter):
    """The file that Canvas imports under Grades, Import.

    Canvas looks a student up by its own number (column ID), then by SIS User ID, by SIS Login ID and
    by the name. An assignment's column is named as the assignment, or better with Canvas's number
    as well, as in its own exports: c.CanvasExporter.columns = {"homework": "Homework (1234)"}.
    """

    default_to = "canvas.csv"
    student_is = Enum(
        ["SIS Login ID", "SIS User ID", "ID"],
        default_value="SIS Login ID",
        help="the column that nbgrader's student ids belong to",
    ).tag(config=True)
    section = Unicode(help="what the column Section holds").tag(config=True)

    def rows(self, assignments, titles, students, submissions):
        """See TableExporter.rows."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
        points = [Grade(number(assignment.max_score)) for assignment in assignments]
        yield ["    Points Possible", "", "", "", "", *points]
        for student in students:
            ids = {"ID": student.lms_user_id or "", self.student_is: student.id}
            grades = [
                grade(submissions.get((assignment.name, student.id))) for assignment in assignments
            ]
            yield [
                self._name(student),
                self._canvas_number(student, ids["ID"]),
                ids.get("SIS User ID", ""),
                ids.get("SIS Login ID", ""),
                self.section,
                *grades,
            ]

    def _canvas_number(self, student, text):
        """str: Canvas takes the digits that an ID begins with for a student's number, whosever it is."""
        if text and not re.fullmatch(r"[0-9]+", text):
            self.log.warning("%r of student %s is no number of Canvas: left out", text, student.id)
            return ""
        return text


class MoodleExporter(TableExporter):
    """The file that Moodle imports under Grades, Import, CSV file.

    There, map the first column to the field that it is named after, and each other one to a grade
    item or to the feedback of one. In a column that is mapped to a new grade item, Moodle takes an
    empty cell for 0 points: set c.MoodleExporter.missing = "-" for no grade.
    """

    default_to = "moodle.csv"
    identify = Enum(
        ["ID number", "Username", "Email address"],
        default_value="ID number",
        help="the column that identifies a student: nbgrader's student id, or the email address",
    ).tag(config=True)
    missing = Enum(["", "-"], default_value="", help="the cell without a submission").tag(config=True)
    feedback = Bool(help="whether each assignment has a column with the comments").tag(config=True)

    def rows(self, assignments, titles, students, submissions):
        """See TableExporter.rows."""
        self._warn_of_many_points(assignments)
        heads = [[title, f"{title} (feedback)"] for title in titles]
        yield [self.identify, "First name", "Last name", *self._columns(heads)]
        for student in students:
            identity = self._identity(student)
            if identity:
                found = [submissions.get((assignment.name, student.id)) for assignment in assignments]
                cells = [[grade(each, self.missing), comments(each)] for each in found]
                names = one_line(student.first_name), one_line(student.last_name)
                yield [identity, *names, *self._columns(cells)]

    def _columns(self, pairs):
        """list[str]: of a grade and its feedback what is wanted, for all assignments."""
        return [cell for pair in pairs for cell in (pair if self.feedback else pair[:1])]

    def _identity(self, student):
        """str: empty for a student whose row Moodle would take for the one before."""
        identity = (student.email if self.identify == "Email address" else student.id) or ""
        if identity in ("", "0"):
            self.log.warning("Student %s has no %s: left out", student.id, self.identify)
            return ""
        if no_formula(identity) != identity:
            self.log.warning(
                "%r looks like a formula: it is quoted, and Moodle will not find it", identity
            )
        return identity

    def _warn_of_many_points(self, assignments):
        for assignment in assignments:
            if assignment.max_score > MOODLE_MOST:
                self.log.warning(
                    "%s has more than %d points: Moodle must be set to take such (Unlimited grades)",
                    assignment.name,
                    MOODLE_MOST,
                )


def comments(submission):
    """str: the comments on a submission's answers, as text for an HTML page."""
    found = [
        f"{comment.name}: {one_line(comment.comment)}"
        for notebook in (submission.notebooks if submission else ())
        for comment in notebook.comments
        if comment.comment
    ]
    text = "; ".join(found)
    return html.escape(text if len(text) <= COMMENT else f"{text[:COMMENT]} …", quote=False)
