"""Submissions to scores, autograded notebooks and feedback.

    submission ─ intake ─> answers ─ transplant ─> fresh master ─ room ─> results
               ─ judge (against the reference) ─> scores ─ record ─> gradebook, files

`intake`      reads any file and takes the student's answers from it; runs nothing
`transplant`  puts the answers into a fresh copy of the instructor's notebook
`room`        runs cells in a child process with limits; knows nothing of grades
`examine`     decides what runs: the whole notebook, and again what deserves a second opinion
`judge`       compares what the checks saw with what the reference solution showed them
`record`      the only writer: gradebook, autograded notebook, feedback, receipt
`batch`       all of `submitted/`

Importing this package imports none of them: the child processes of `room` start from it.
"""

import argparse

GRADING = "1"  # goes up when the same submission may get another score than before


def add_commands(commands):
    """Add `grade` and `samples` to the subparsers of the command line.

    Args:
        commands (argparse._SubParsersAction): where the commands go; each sets `run`, a function
            that takes the parsed options and returns the exit code.
    """
    _add_grade(commands)
    _add_samples(commands)


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade everything in submitted/",
        description="Grade submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb. Writes gradebook.db, "
        "autograded/, feedback/, receipts/ and grades.csv. What has not changed since the last time is "
        "skipped. With nothing in submitted/, the samples are copied there first.",
        epilog="exit codes: 0 every submission has a score; 1 a submission has none; 2 the course or "
        "the command is wrong; 130 interrupted (run it again to go on)",
    )
    grade.add_argument(
        "assignment", nargs="?", help="such as request-lifecycle; default: every one submitted"
    )
    grade.add_argument(
        "--course", default=".", metavar="DIR", help="folder with source/ and submitted/ (default: here)"
    )
    grade.add_argument(
        "--student", default="*", metavar="GLOB", help="only the students whose id matches, such as 'a*'"
    )
    grade.add_argument(
        "--jobs", type=_positive, metavar="N", help="submissions at a time (default: one a processor)"
    )
    grade.add_argument(
        "--seed", metavar="TEXT", help="of the checks' random inputs (default: fresh for each run)"
    )
    grade.add_argument("--force", action="store_true", help="grade what has not changed as well")
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
    grade.set_defaults(run=_run_grade)


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


def _run_samples(options):
    from .samples import samples_command

    return samples_command(options)
