"""Submissions to scores, autograded notebooks, feedback and reports.

    submission ─ intake ─> answers ─ transplant ─> fresh master ─ room ─> transcript
               ─ judge (against the reference) ─> scores ─ record ─> gradebook, files

`intake`      reads any file and takes the student's answers from it; runs nothing
`transplant`  puts the answers into a fresh copy of the instructor's notebook
`seal`        takes what checks expect out of them, before they enter a room
`room`        runs cells behind `walls` and within limits; knows nothing of grades
              (`zygote` is the warm process that rooms are forked from, `prefix` what it does once for
              all, `guard` watches one run, `inside` is the student's process, `plain_tests` calls the
              tests of `%%ipytest` cells in it)
`examine`     decides what runs: the whole notebook, `canaries`, and again what deserves a second opinion
              (`dependence` tells whether one answer can have a hand in another exercise)
`judge`       compares what the checks saw with what the reference solution showed them
`work`        all of that for one submission, as a pure job; `engines` run jobs here or on a cluster
`record`      the only writer: gradebook, autograded notebook, feedback, receipt
`batch`       all of `submitted/`; `plugin` does the same behind `nbgrader autograde`

Importing this package imports none of them: the processes of `room` start from it.
"""

import argparse

GRADING = "3"  # goes up when the same submission may get another score than before


def add_commands(commands):
    """Add the commands of grading to the subparsers of the command line.

    Args:
        commands (argparse._SubParsersAction): where the commands go; each sets `run`, a function
            that takes the parsed options and returns the exit code.
    """
    _add_grade(commands)
    _add_regrade(commands)
    _add_report(commands)
    _add_doctor(commands)
    _add_samples(commands)


CODES = (
    "exit codes: 0 every submission has a score; 1 a submission has none; 2 the course or "
    "the command is wrong; 130 interrupted (run it again to go on)"
)


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade everything in submitted/",
        description="Grade submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb of any nbgrader course. Writes "
        "gradebook.db, autograded/, feedback/, receipts/, grades.csv and report.html. What has not "
        "changed since the last time is skipped. With nothing in submitted/, the samples are copied "
        "there first.",
        epilog=CODES,
    )
    grade.add_argument("--force", action="store_true", help="grade what has not changed as well")
    _add_options(grade)
    grade.set_defaults(run=_run_grade)


def _add_regrade(commands):
    regrade = commands.add_parser(
        "regrade",
        help="grade everything again, or show what that would change",
        description="Grade again what is in submitted/, after the checks or the solution have changed. "
        "With --preview nothing is written: it shows whose scores would change, and why.",
        epilog=CODES,
    )
    regrade.add_argument("--preview", action="store_true", help="show the changes, write nothing")
    regrade.add_argument("--json", action="store_true", help="with --preview: for programs to read")
    _add_options(regrade)
    regrade.set_defaults(run=_run_regrade)


def _add_report(commands):
    report = commands.add_parser(
        "report",
        help="write the class report",
        description="Write report.html from what is graded: scores, exercises, failed checks, causes.",
    )
    _add_course(report)
    report.set_defaults(run=_run_report)


def _add_doctor(commands):
    doctor = commands.add_parser(
        "doctor",
        help="say what this machine can do for grading",
        description="Look for what keeps student code in its room, try it, and say what is missing.",
        epilog="exit codes: 0 student code can be walled in; 1 it cannot",
    )
    doctor.set_defaults(run=_run_doctor)


def _add_course(parser):
    parser.add_argument(
        "--course", default=".", metavar="DIR", help="folder with source/ and submitted/ (default: here)"
    )


def _add_options(grade):
    """The options of what runs submissions."""
    grade.add_argument(
        "assignment", nargs="?", help="such as request-lifecycle; default: every one submitted"
    )
    _add_course(grade)
    grade.add_argument(
        "--student", default="*", metavar="GLOB", help="only the students whose id matches, such as 'a*'"
    )
    grade.add_argument(
        "--jobs", type=_positive, metavar="N", help="submissions at a time (default: one a processor)"
    )
    grade.add_argument(
        "--seed", metavar="TEXT", help="of the checks' random inputs (default: fresh for each run)"
    )
    grade.add_argument(
        "--trust",
        action="store_true",
        help="go on where student code cannot be walled in: it then runs with your rights",
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on a running dask cluster, such as tcp://10.0.0.1:8786",
    )
    limits = grade.add_argument_group("limits")
    limits.add_argument(
        "--cell-seconds", type=_positive, metavar="S", help="that a cell may take (default: 20)"
    )
    limits.add_argument(
        "--notebook-seconds", type=_positive, metavar="S", help="that a notebook may take (default: 120)"
    )
    limits.add_argument(
        "--memory-mb", type=_positive, metavar="MB", help="that a submission may use (default: 1024)"
    )


def _add_samples(commands):
    samples = commands.add_parser(
        "samples",
        help="make the sample submissions afresh",
        description="Make the submissions in samples/ from release/ and samples/recipes.py.",
    )
    samples.add_argument(
        "--course", default=".", metavar="DIR", help="folder with samples/ (default: here)"
    )
    samples.set_defaults(run=_run_samples)


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _run_grade(options):
    from .batch import grade_command

    return grade_command(options)


def _run_regrade(options):
    from .batch import regrade_command

    return regrade_command(options)


def _run_report(options):
    from .batch import report_command

    return report_command(options)


def _run_doctor(options):
    from .doctor import doctor_command

    return doctor_command(options)


def _run_samples(options):
    from .samples import samples_command

    return samples_command(options)
