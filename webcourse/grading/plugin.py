"""The same grading behind `nbgrader autograde` and Formgrader's button, through nbgrader_config.py:

    c.Autograde.sanitize_preprocessors = ["webcourse.grading.plugin.TakeAnswers"]
    c.Autograde.autograde_preprocessors = [
        "webcourse.grading.plugin.GradeInRoom",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

nbgrader still reads the file and keeps the gradebook; what runs, and where, is ours. `webcourse grade`
does the same faster, and takes files as well that nbgrader cannot read.
"""

import secrets

import nbformat
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer, Unicode

from . import room, walls, work
from .batch import load_masters
from .course import Course
from .examine import run_reference
from .intake import Collected, take_in
from .prefix import prefix
from .record import write
from .transplant import transplant

_kits = {}  # course, assignment and notebook -> work.Kit, as long as its master and seed stay


class _WithMaster(NbGraderPreprocessor):
    """A preprocessor that knows the instructor's notebook."""

    def _course(self):
        return Course(CourseDirectory(config=self.config).root or ".")

    def _masters(self, resources):
        """The notebooks of the assignment, and the name of this one."""
        told = resources["nbgrader"]
        return load_masters(self._course(), told["assignment"]), told["notebook"]


def _collected(notebook, name):
    return Collected({f"{name}.ipynb": nbformat.writes(notebook).encode("utf-8", "replace")})


class TakeAnswers(_WithMaster):
    """Puts the student's answers into a fresh copy of the instructor's notebook."""

    def preprocess(self, nb, resources):
        """See nbconvert.preprocessors.Preprocessor."""
        masters, name = self._masters(resources)
        intake = take_in(_collected(nb, name), masters[name])
        return transplant(masters[name], intake).notebook, resources


class GradeInRoom(_WithMaster):
    """Runs the notebook behind walls, and writes outputs from which nbgrader reads the scores."""

    seed = Unicode("", help="of the checks' random inputs; fresh for each start if empty").tag(
        config=True
    )
    trust = Bool(False, help="go on where student code cannot be walled in").tag(config=True)
    cell_seconds = Integer(20, help="that a cell may take").tag(config=True)
    notebook_seconds = Integer(120, help="that a notebook may take").tag(config=True)
    memory_mb = Integer(1024, help="that a submission may use").tag(config=True)

    def preprocess(self, nb, resources):
        """See nbconvert.preprocessors.Preprocessor."""
        masters, name = self._masters(resources)
        kit = self._kit(masters, name)
        told = resources["nbgrader"]
        key = work.digest("plugin", kit.master.digest, nbformat.writes(nb))
        task = work.Task(told["student"], told["assignment"], name, _collected(nb, name), key)
        result = work.grade_here(kit, task)
        folder = self._course().folder("receipts", task.student, task.assignment)
        write(folder / f"{name}.json", work.as_text(result.receipt))
        return nbformat.reads(result.text, as_version=4), resources

    def _kit(self, masters, name):
        """work.Kit: the last one where it still fits; the reference solution takes a while."""
        master = masters[name]
        place = str(self._course().root), master.assignment, name
        kit = _kits.get(place)
        if kit and kit.master.digest == master.digest and self.seed in ("", kit.reference.seed):
            return kit
        kind, common = walls.choose(self.trust), prefix(master)
        limits = room.Limits(
            cell_seconds=self.cell_seconds,
            cell_cpu_seconds=min(self.cell_seconds, room.Limits.cell_cpu_seconds),
            notebook_seconds=self.notebook_seconds,
            memory_mb=self.memory_mb,
        )
        seed = self.seed or secrets.token_hex(8)
        reference = run_reference(master, seed, limits, lambda job: work.rooms(kind).run(job, common))
        others = tuple(other for other in masters if other != name)
        _kits[place] = work.Kit(master, reference, limits, kind, others)
        return _kits[place]
