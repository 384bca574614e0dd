"""The graded notebook: the transplanted master with this run's outputs, and nothing active in them."""

import base64
import binascii
import re

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from . import judge
from .master import grade_id
from .transplant import GIVEN, TESTS

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
PNG = b"\x89PNG\r\n\x1a\n"
ALONE = "earned in a second run, with the reference solution in place of the other answers\n"


def fill(plan, master, examination, notes):
    """Put a run's outputs into the notebook of a plan.

    Tests cells get the judge's report instead of what the student's process printed; one that earned
    nothing ends in an error, which is how nbgrader tells.

    Args:
        plan (Plan): its notebook is changed.
        master (Master)
        examination (Examination)
        notes (list[str]): about the submission, shown on top of the feedback.

    Returns:
        NotebookNode: ready for autograded/.
    """
    for number, step in enumerate(plan.steps, 1):
        cell = plan.notebook.cells[plan.positions[step.name]]
        cell.execution_count = number
        result = examination.results.get(step.name)
        if step.name in master.checks:
            cell.outputs = [_report(examination.scores[step.name])]
        elif step.role == TESTS:
            cell.outputs = _outputs_of_tests(result, examination.scores[step.name])
        else:
            cell.outputs = _outputs(result, errors_only=step.role == GIVEN and master.sealed)
    plan.notebook.metadata["webcourse"] = {
        "exercises": [
            {
                "slug": exercise.slug,
                "title": exercise.title,
                "tests": [
                    {"name": name, "reason": clean(examination.scores[name].reason)}
                    for name in exercise.tests
                ],
            }
            for exercise in master.exercises
        ],
        "notes": [clean(note) for note in notes],
    }
    return plan.notebook


def as_text(notebook):
    """str: a notebook as its file holds it. `nbformat.writes` would validate it first, which takes long."""
    return nbformat.v4.writes(notebook) + "\n"


def _outputs_of_tests(result, score):
    """list[NotebookNode]: the outputs as they came; where they do not tell the score, what tells it."""
    outputs = _outputs(result, errors_only=False)
    shows_error = any(output.output_type == "error" for output in outputs)
    if judge.tells(result, score) or (shows_error and not score.earned):
        return outputs
    kept = [output for output in outputs if output.output_type == "stream" and output.name == "stdout"]
    if not score.earned:
        return [*kept, _report(score)]
    kept.append(_output_node("stream", name="stdout", text=ALONE))
    if score.earned < score.points:
        points = NotebookNode({"text/plain": f"{score.earned:g}"})
        kept.append(_output_node("execute_result", data=points, execution_count=None))
    return kept


def _report(score):
    lines = [clean(line) for line in score.lines or [score.reason]]
    if score.passed:
        return _output_node("stream", name="stdout", text="\n".join(lines) + "\n")
    return _output_node("error", ename="ChecksFailed", evalue=clean(score.reason), traceback=lines)


def _outputs(result, errors_only):
    """list[NotebookNode]: the outputs of a cell in the forms that are kept."""
    if result is None:
        return []
    if result["status"] == "lost":
        reason = clean(result["reason"])
        return [_output_node("error", ename="Lost", evalue=reason, traceback=[reason])]
    outputs = [_output(raw) for raw in result["outputs"]]
    return [
        output for output in outputs if output and (output.output_type == "error" or not errors_only)
    ]


def _output_node(kind, **parts):
    """NotebookNode: as `nbformat.v4.new_output` makes it, which would validate it first."""
    return NotebookNode(
        output_type=kind, **({"metadata": NotebookNode()} if "data" in parts else {}), **parts
    )


def _output(raw):
    """NotebookNode | None: one output, clean. What student code sent may have any shape."""
    kind = raw.get("output_type")
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return _output_node("stream", name=name, text=clean(raw.get("text")))
    if kind == "error":
        lines = raw.get("traceback")
        return _output_node(
            "error",
            ename=clean(raw.get("ename")),
            evalue=clean(raw.get("evalue")),
            traceback=[clean(line) for line in lines] if isinstance(lines, list) else [],
        )
    data = raw.get("data")
    if kind in ("display_data", "execute_result") and isinstance(data, dict):
        kept = NotebookNode()
        if isinstance(data.get("text/plain"), str):
            kept["text/plain"] = clean(data["text/plain"])
        if is_png(data.get("image/png")):
            kept["image/png"] = data["image/png"].strip()
        count = {"execution_count": None} if kind == "execute_result" else {}
        return _output_node(kind, data=kept, **count) if kept else None
    return None


def clean(text):
    """*text* without terminal colors, control characters and what reverses writing direction."""
    return CONTROL.sub("", ANSI.sub("", str(text if text is not None else "")))


def is_png(data):
    """bool: whether *data* is a PNG image in base64 and nothing else."""
    if not isinstance(data, str):
        return False
    try:
        return base64.b64decode("".join(data.split()), validate=True).startswith(PNG)
    except (binascii.Error, ValueError):
        return False


def by_hand(notebook, master, is_missing):
    """What cells earn that a person grades: nothing when left as they were, else None until then.

    Args:
        notebook (NotebookNode): of `fill`.
        master (Master)
        is_missing (bool): there was nothing to read, so all of them earn nothing.

    Returns:
        dict[str, float | None]: by grade_id.
    """
    cells = [cell for cell in notebook.cells if grade_id(cell) in master.by_hand]
    return {grade_id(cell): 0.0 if is_missing else utils.determine_grade(cell)[0] for cell in cells}


def comments(notebook):
    """dict[str, str | None]: what nbgrader remarks on answers, by grade_id: that there is none."""
    told = {}
    for cell in notebook.cells:
        if utils.is_solution(cell) or utils.is_task(cell):
            is_starter = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            told[grade_id(cell)] = "No response." if is_starter and not utils.is_task(cell) else None
    return told
