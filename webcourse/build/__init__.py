"""Lessons to notebooks, and the gates.

    lessons/*.md ─ lesson ─> cells ─ gates ─> source ─ release ─> edition
                                     └ one line for each mistake

`lesson`     reads the Markdown: cells with their roles, exercises with their parts
`gates`      finds mistakes without running anything
`source`     makes nbgrader's source notebook from a lesson, and the lesson from the notebook
`release`    nbgrader's own release of it, without solutions
`edition`    the student's notebook: the release with the expected outputs
`outline`    what there is to earn, for the progress table
`course`     all of it in order
`handout`    the student's repository, without solutions
`fold`       a notebook edited in JupyterLab becomes the lesson again
"""

from pathlib import Path

from .handout import add_command as add_handout


def add_commands(commands):
    """Add `build` and `fold` to the subparsers of the command line.

    Args:
        commands (argparse._SubParsersAction): where the commands go; each sets `run`, a function
            that takes the parsed options and returns the exit code.
    """
    build = commands.add_parser(
        "build",
        help="make source/, release/ and notebooks/ from lessons/",
        description="Check the lessons, and make from them what students and nbgrader read.",
        epilog="exit codes: 0 done; 1 a lesson has mistakes, or with --check a file is stale",
    )
    build.add_argument(
        "lessons",
        nargs="*",
        type=Path,
        metavar="LESSON",
        help="such as lessons/1_request_lifecycle.md; default: all",
    )
    build.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the files that are not what would be built",
    )
    build.add_argument(
        "--course", type=Path, default=Path(), metavar="DIR", help="folder with lessons/ (default: here)"
    )
    build.set_defaults(run=_run_build)
    fold = commands.add_parser(
        "fold",
        help="write a source notebook that was edited in JupyterLab back to its lesson",
        description="Write source/ASSIGNMENT/NAME.ipynb back to lessons/NAME.md. Outputs are left out.",
        epilog="exit codes: 0 done; 1 a cell fits no role",
    )
    fold.add_argument(
        "notebook",
        type=Path,
        metavar="NOTEBOOK",
        help="such as source/request-lifecycle/1_request_lifecycle.ipynb",
    )
    fold.set_defaults(run=_run_fold)
    add_handout(commands)


def _run_build(options):
    from .course import build  # nbgrader takes seconds to import

    return build(options.lessons, options.course, options.check)


def _run_fold(options):
    from .fold import fold
    from .lesson import LessonError

    try:
        print(f"wrote {fold(options.notebook)}")
    except LessonError as error:
        print(error)
        return 1
    return 0
