"""What a grader left of a course, in a form in which equal means the same to whoever reads it."""

import re
from contextlib import contextmanager

import nbformat
from nbgrader.api import Gradebook

STUDENT = "first_name", "last_name", "email", "lms_user_id"
SUBMISSION = "timestamp", "duedate", "total_seconds_late", "extension"
SCORES = "score", "max_score", "code_score", "max_code_score", "written_score", "max_written_score"
SCORES += "task_score", "max_task_score", "needs_manual_grade"
NOTEBOOK = "late_submission_penalty", "flagged", "failed_tests", *SCORES
GRADE = "auto_score", "manual_score", "max_score", "extra_credit", "needs_manual_grade", "failed_tests"
COMMENT = "auto_comment", "manual_comment"
GRADE_CELL, SOURCE_CELL = ("max_score", "cell_type"), ("cell_type", "locked", "source", "checksum")

CHANGING = {
    r"\x1b\[[0-9;]*m": "",  # colors
    r"[\r\x08]": "",  # control characters: we keep none
    r"\b0x[0-9a-f]{6,}\b": "ADDRESS",
    r"<ipython-input-[^>]*>|/tmp/ipykernel_\d+/\d+\.py|\b\d+\.py(?=, line)": "CELL",
    r"\bt_[0-9a-f]{32}\.py\b": "MODULE",  # of ipytest
    # pytest's warnings name what was imported before it, which is more in a warm process.
    r"(?s)=+ warnings summary =+\n.*\n-- Docs: \S+\n": "",
    r"(?m)^\d+ (?:passed|failed).* in \d+\.\d+s$\n?": "",
    r"(?m)^(FAILED \S+) - .*$": r"\1",  # cut to a width that counts colors
}


@contextmanager
def gradebook(course):
    """nbgrader.api.Gradebook: of a course, closed at the end."""
    opened = Gradebook(course.directory.db_url, course.directory.course_id)
    try:
        yield opened
    finally:
        opened.close()


def _fields(row, names):
    return {name: getattr(row, name) for name in names}


def rows(course, assignment):
    """What the gradebook holds of the submissions of an assignment.

    Returns:
        dict[tuple, dict]: a row by (table, student, notebook, cell); the latter two where there are any.
    """
    found = {}
    with gradebook(course) as opened:
        for submission in opened.assignment_submissions(assignment):
            student = submission.student_id
            found["student", student] = _fields(submission.student, STUDENT)
            found["submission", student] = _fields(submission, SUBMISSION + SCORES)
            for notebook in submission.notebooks:
                place = student, notebook.name
                found["notebook", *place] = _fields(notebook, NOTEBOOK)
                for grade in notebook.grades:
                    found["grade", *place, grade.name] = _fields(grade, GRADE)
                for comment in notebook.comments:
                    found["comment", *place, comment.name] = _fields(comment, COMMENT)
    return found


def assignment(course, name):
    """dict[tuple, dict]: the gradebook's rows of an assignment itself, by (table, notebook, cell)."""
    found = {}
    with gradebook(course) as opened:
        known = opened.find_assignment(name)
        found["assignment",] = _fields(known, ("duedate", *SCORES[1::2]))
        for notebook in known.notebooks:
            found["notebook", notebook.name] = {"kernelspec": notebook.kernelspec}
            tables = {
                "grade cell": (notebook.grade_cells, GRADE_CELL),
                "task cell": (notebook.task_cells, GRADE_CELL),
                "solution cell": (notebook.solution_cells, ()),
                "source cell": (notebook.source_cells, SOURCE_CELL),
            }
            for table, (cells, fields) in tables.items():
                found |= {(table, notebook.name, cell.name): _fields(cell, fields) for cell in cells}
    return found


def differences(ours, theirs):
    """dict: what is not the same in two dicts of rows: {field: (ours, theirs)} by key."""
    unlike = {}
    for key in sorted({*ours, *theirs}):
        mine, other = ours.get(key, {}), theirs.get(key, {})
        fields = sorted({*mine, *other})
        changed = {name: (mine.get(name), other.get(name)) for name in fields}
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        if changed or (key in ours) != (key in theirs):
            unlike[key] = changed
    return unlike


# ------------------------------------------------------------------ autograded notebooks


def cells(course, student, assignment, notebook):
    """The cells of an autograded notebook, empty ones left out.

    Returns:
        list[dict] | None: None where there is no notebook.
    """
    path = course.folder("autograded", student, assignment) / f"{notebook}.ipynb"
    if not path.exists():
        return None
    found = nbformat.read(path, as_version=4).cells
    return [_cell(cell) for cell in found if cell.source.strip()]


def _cell(cell):
    return {
        "kind": cell.cell_type,
        "source": cell.source,
        "nbgrader": dict(cell.metadata.get("nbgrader", {})),
        "count": cell.get("execution_count"),
        **_outputs(cell.get("outputs", [])),
    }


def _outputs(outputs):
    """dict: the text of each stream, and what was shown or raised, in order."""
    streams, shown = {"stdout": "", "stderr": ""}, []
    for output in outputs:
        if output.output_type == "stream":
            streams[output.name] += output.text
        elif output.output_type == "error":
            shown.append((output.ename, steady(output.evalue)))
        else:
            text = steady(output.data.get("text/plain", ""))
            shown.append((output.output_type, text, "image/png" in output.data))
    return {**{name: steady(text) for name, text in streams.items()}, "shown": shown}


def steady(text):
    """*text* without what is never the same twice, such as addresses and times."""
    for pattern, sign in CHANGING.items():
        text = re.sub(pattern, sign, text)
    return text
