"""The student's edition: the release, with the expected output under what is given.

The solved notebook is executed once. Its outputs go under the cells that a student only runs (given
cells and demonstrations); exercises and checks stay blank.
"""

import copy
import os
import re
import subprocess
import tempfile
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import from_dict

from .lesson import Mistakes

PACKAGE_ROOT = Path(__file__).parents[2]
CELL_SECONDS = 120
REAL_TIME = "real-time"
MEANT_TO_FAIL = "meant-to-fail"  # a demonstration of an error
# These show what whoever runs them has solved: no expected output.
ABOUT_THE_READER = re.compile(r"\blab\.(progress|pieces)\(")

COLORS = re.compile(r"\x1b\[[0-9;]*m")
MARKS_OF_A_RUN = {  # what no reader wants to see in an output, and what stands for it
    re.compile(r"\b0x[0-9a-f]{8,16}\b"): "0x…",
    re.compile(r"[^\s'\"(]*ipykernel_\d+/\d+\.py"): "<cell>",
}
MARKS_OF_A_BUILD = {  # what a reader may see, though it is another one in each build
    re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"): "ID",
    re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"): "DATE",
    re.compile(r"\b127\.0\.0\.1:\d+"): "127.0.0.1:PORT",
}


def execute(notebook, lesson, on_cell=lambda cell: None):
    """Execute a solved notebook in a kernel of its own and a temporary folder.

    After a failing demonstration or check it goes on, after another failing cell it stops.

    Args:
        notebook (NotebookNode): the source notebook; it is left as it is.
        lesson (Lesson): what it was built from.
        on_cell (callable): called with each code cell of the lesson when it starts.

    Returns:
        NotebookNode: a copy with outputs.

    Raises:
        Mistakes: when a cell fails, takes longer than two minutes, or ends the kernel.
    """
    executed = copy.deepcopy(notebook)
    started = []

    def on_start(cell, cell_index):
        started.append(lesson.cells[cell_index])
        on_cell(started[-1])

    accident = _run(executed, on_start)
    if accident:
        executed.cells[lesson.cells.index(started[-1])].outputs = []  # how it was stopped
    mistakes = list(_failures(executed, lesson))
    if accident:
        mistakes.append(_mistake(lesson, started[-1], accident))
    if mistakes:
        raise Mistakes(mistakes)
    return executed


def _run(notebook, on_start):
    """Run all cells of a notebook; return what stopped it other than an exception, or ""."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        on_cell_execute=on_start,
    )
    with tempfile.TemporaryDirectory(prefix="webcourse-edition-") as folder:
        try:
            client.execute(cwd=folder, env=_environment(), stderr=subprocess.DEVNULL)
        except CellTimeoutError:
            return f"runs longer than {CELL_SECONDS} seconds"
        except DeadKernelError:
            return "ends the kernel"
        except CellExecutionError:  # its output tells
            pass
    return ""


def edition(executed, released, lesson):
    """The student's notebook.

    Args:
        executed (NotebookNode): the solved notebook with its outputs.
        released (NotebookNode): nbgrader's release of it.
        lesson (Lesson): what both were made from.

    Returns:
        NotebookNode: the release with the outputs of given cells and demonstrations.
    """
    shown = {
        cell.id: [_steady(output) for output in cell.outputs]
        for cell, told in zip(executed.cells, lesson.cells, strict=True)
        if told.kind == "code"
        and told.role in (None, "given")
        and not ABOUT_THE_READER.search(told.source)
    }
    student = copy.deepcopy(released)
    for cell in student.cells:
        if cell.id in shown:
            cell.outputs = shown[cell.id]
    return student


def comparable(notebook):
    """A copy without what may differ between two builds: outputs that are tagged as real time, and
    dates, random ids and free ports in the others."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if REAL_TIME in cell.metadata.get("tags", ()):
            cell.outputs = []
        elif cell.get("outputs"):
            cell.outputs = _replaced(cell.outputs, MARKS_OF_A_BUILD)
    return notebook


def _environment():
    """The kernel's environment: this package can be imported, and sets have the same order each time."""
    path = os.pathsep.join(filter(None, [str(PACKAGE_ROOT), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def _failures(executed, lesson):
    """Yield a mistake for each cell that failed where no failure is meant."""
    for cell, told in zip(executed.cells, lesson.cells, strict=True):
        if told.kind == "code" and MEANT_TO_FAIL not in told.tags:
            for output in cell.outputs:
                if output.output_type == "error":
                    yield _mistake(
                        lesson, told, f"fails with {output.ename}: {_point_of(output.evalue)}"
                    )


def _point_of(message):
    """The line of an error that tells most: the first failing check of a report, else the last one."""
    lines = COLORS.sub("", message).strip().split("\n")
    return next((line for line in lines if line.startswith("✗")), lines[-1])


def _mistake(lesson, cell, problem):
    """A LessonError for a cell that failed."""
    name = f"'{cell.name}'" if cell.name else "this cell"
    return lesson.error(cell.fence, f"{name} {problem}", "correct it, or the cells that it builds on")


def _steady(output):
    """An output without what differs from run to run."""
    steady = _replaced(output, MARKS_OF_A_RUN)
    if "execution_count" in steady:
        steady["execution_count"] = None
    return from_dict(steady)


def _replaced(value, marks):
    """A copy of an output, or of a part of it, with *marks* replaced in its texts."""
    if isinstance(value, dict):
        return {
            key: part if key == "image/png" else _replaced(part, marks) for key, part in value.items()
        }
    if isinstance(value, list):
        return [_replaced(part, marks) for part in value]
    if isinstance(value, str):
        for mark, replacement in marks.items():
            value = mark.sub(replacement, value)
    return value
