"""The pipeline: lessons to all that is generated from them, and whether that is what is committed."""

import shutil
import tempfile
from pathlib import Path

import nbformat

from . import edition, outline, release, source
from .gates import mistakes
from .lesson import LessonError, Mistakes, exercises, read
from .solutions import MARKS

GENERATED = ("source", "release", "notebooks")
CHECKPOINTS = ".ipynb_checkpoints"


def build(lessons=(), root=".", check=False, say=print):
    """Build the course, or compare what would be built with what is there.

    A notebook that would differ in nothing but real timings, dates and random ids is left as it is.

    Args:
        lessons (Iterable[str | Path]): lesson files; none means all of `lessons/`.
        root (str | Path): the folder of the course, which holds `lessons/`.
        check (bool): compare, and write nothing.
        say (callable): called with each line for the terminal.

    Returns:
        int: the exit code: 0, or 1 when a lesson has mistakes or, with *check*, a file is stale.
    """
    root = Path(root)
    try:
        products = _products(root, [Path(path) for path in lessons], say)
    except Mistakes as found:
        for error in found.errors:
            say(str(error))
        return 1
    stale = [path for path, content in products.items() if is_stale(root / path, content)]
    for path in stale:
        if check:
            say(f"{path} is stale: run `make build`{_where(root, path, products[path])}")
        else:
            say(f"writing {path}")
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(products[path])
    if not stale:
        say("every generated file is up to date")
    return 1 if check and stale else 0


def is_stale(path, content):
    """Whether the file at *path* is not what was built, apart from what may differ between builds.

    Args:
        path (Path): a generated file, which may be missing.
        content (bytes): what was built.
    """
    if not path.exists():
        return True
    there = path.read_bytes()
    return there != content and (path.suffix != ".ipynb" or _comparable(there) != _comparable(content))


def _where(root, path, content):
    """In brackets, the lines of the lesson whose cells have another output now; "" if there are none."""
    old = _comparable((root / path).read_bytes()) if (root / path).exists() else None
    if not path.startswith("notebooks/") or old is None:
        return ""
    lesson = read(root / "lessons" / f"{Path(path).stem}.md")
    cells = zip(lesson.cells, old.cells, _comparable(content).cells, strict=False)
    lines = [
        str(told.fence)
        for told, before, after in cells
        if before.source == after.source and before.get("outputs") != after.get("outputs")
    ]
    return f" (another output in {lesson.path}: line {', '.join(lines)})" if lines else ""


def _comparable(content):
    """The notebook in *content* without what may differ; None if it holds none."""
    try:
        return edition.comparable(nbformat.reads(content.decode(), as_version=4))
    except (ValueError, nbformat.ValidationError):
        return None


def _products(root, chosen, say):
    """All generated files: their paths in the course, and what is in them.

    Raises:
        Mistakes: when there are any, before anything runs if that can be known.
    """
    every = sorted(root.glob("lessons/*.md"))
    course = _read_all(dict.fromkeys([*every, *chosen]))
    lessons = [course[path] for path in chosen or every]
    found = [error for lesson in lessons for error in (*_buildable(lesson), *mistakes(lesson))]
    found += _unsafe_files(root, lessons) + _strays(root, [course[path] for path in every])
    if not lessons:
        found.append(
            LessonError(
                root / "lessons", 1, "there is no lesson", "run this in the folder of the course"
            )
        )
    if found:
        raise Mistakes(found)
    products = {}
    for lesson in lessons:
        products |= _products_of(root, lesson, say)
    products[outline.PATH] = outline.text_of(outline.outline(course[path] for path in every)).encode()
    return products


def _products_of(root, lesson, say):
    """The files that are generated from one lesson.

    Raises:
        Mistakes: when a cell fails, or nbgrader refuses or leaks something.
    """
    file = f"{lesson.name}.ipynb"
    solved = source.build(lesson)
    say(f"{lesson.path}: {len(exercises(lesson))} exercises, {len(lesson.cells)} cells")
    released, extras = _release(root / "source" / lesson.assignment, file, solved)
    leaks = list(release.leaks(released, lesson))
    if leaks:
        raise Mistakes(leaks)
    executed = edition.execute(solved, lesson, lambda cell: _say_exercise(cell, say))
    student = edition.edition(executed, released, lesson)
    return {
        f"source/{lesson.assignment}/{file}": source.text_of(solved).encode(),
        f"release/{lesson.assignment}/{file}": source.text_of(released).encode(),
        **{f"release/{lesson.assignment}/{name}": content for name, content in extras.items()},
        f"notebooks/{file}": source.text_of(student).encode(),
    }


def _release(folder, file, notebook):
    """The release of a notebook, and the other files of its source *folder* that go with it."""
    with tempfile.TemporaryDirectory(prefix="webcourse-source-") as temporary:
        staged = Path(temporary, folder.name)
        if folder.exists():
            shutil.copytree(folder, staged, ignore=shutil.ignore_patterns("*.ipynb", CHECKPOINTS))
        extras = {
            path.relative_to(staged).as_posix(): path.read_bytes()
            for path in staged.rglob("*")
            if path.is_file()
        }
        staged.mkdir(exist_ok=True)
        (staged / file).write_text(source.text_of(notebook), encoding="utf-8")
        try:
            return release.generate(staged)[file], extras
        except LessonError as refusal:
            raise Mistakes([refusal]) from None


def _say_exercise(cell, say):
    """Tell which exercise is being run."""
    if cell.role == "exercise":
        say(f"  running {cell.name}")


def _read_all(paths):
    """The lessons at *paths*.

    Raises:
        Mistakes: for those that cannot be read.
    """
    lessons, errors = {}, []
    for path in paths:
        try:
            lessons[path] = read(path)
        except LessonError as error:
            errors.append(error)
    if errors:
        raise Mistakes(errors)
    return lessons


def _buildable(lesson):
    """Yield a mistake for a lesson without front matter."""
    if not lesson.assignment:
        yield lesson.error(1, "the lesson has no front matter", "begin it with title and assignment")


def _unsafe_files(root, lessons):
    """A mistake for each file beside a source notebook that nbgrader would hand out with a solution."""
    folders = {root / "source" / lesson.assignment for lesson in lessons if lesson.assignment}
    return [
        LessonError(
            path, 1, "nbgrader would hand out this file, which holds a solution", "keep it elsewhere"
        )
        for folder in sorted(folders)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and MARKS.search(path.read_text(errors="replace"))
    ]


def _strays(root, lessons):
    """A mistake for each generated notebook that no lesson makes any more."""
    made = {
        root / folder / f"{lesson.name}.ipynb"
        for lesson in lessons
        for folder in (f"source/{lesson.assignment}", f"release/{lesson.assignment}", "notebooks")
    }
    return [
        LessonError(path, 1, "no lesson makes this notebook", "delete it")
        for folder in GENERATED
        for path in sorted(root.glob(f"{folder}/**/*.ipynb"))
        if path not in made and CHECKPOINTS not in path.parts
    ]
