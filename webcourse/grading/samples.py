"""The sample submissions: made from recipes, copied into submitted/ when there is nothing else."""

import runpy
import shutil
import sys

from .course import Course, CourseError

FOLDER = "samples"
RECIPES = "recipes.py"


def copy_to_submitted(course):
    """Copy samples/STUDENT/ to submitted/.

    Args:
        course (Course)

    Returns:
        str: what was done, in one line.

    Raises:
        CourseError: if there are none.
    """
    folders = sorted(path for path in (course.root / FOLDER).glob("*") if _is_sample(path))
    if not folders:
        raise CourseError(
            f"{course.submitted} is empty: put submissions there, as STUDENT/ASSIGNMENT/NOTEBOOK.ipynb"
        )
    try:
        for folder in folders:
            shutil.copytree(folder, course.submitted / folder.name, symlinks=True)
    except OSError as error:
        raise CourseError(f"the samples cannot be copied to {course.submitted}: {error}") from error
    return (
        f"{course.submitted} was empty: copied {len(folders)} samples there "
        "(delete them to grade your own class)"
    )


def _is_sample(path):
    return (
        path.is_dir()
        and any(child.is_dir() for child in path.iterdir())
        and not path.name.startswith(("_", "."))
    )


def make_samples(root):
    """Make the samples of the course at *root* (Path) afresh, as its recipes say.

    Returns:
        Iterable[str]: what was done, while it is done.

    Raises:
        CourseError: if there are no recipes.
    """
    recipes = root / FOLDER / RECIPES
    if not recipes.exists():
        raise CourseError(f"there is no {recipes}: start the command in the course's folder")
    return runpy.run_path(str(recipes))["make"](root)


def samples_command(options):
    """The command `webcourse samples`. Returns the exit code."""
    try:
        for line in make_samples(Course(options.course).root):
            print(line)
    except CourseError as error:
        print(f"webcourse samples: {error}", file=sys.stderr)
        return 2
    return 0
