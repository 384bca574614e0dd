"""Gates for the shape of a lesson: names, points, and the parts of each exercise."""

from itertools import pairwise

from ..lesson import BADGE, HEADING, POINTED_ROLES, LessonError, exercises, prose_lines, sections
from ..source import write

POINTS = {"Easy": (2, 1), "Medium": (3, 2), "Hard": (5, 3), "Capstone": (6, 4)}  # basics, details
TESTS = ("basics", "details")
HINTS = ("Hint 1: where to start", "Hint 2: the shape of the answer", "Hint 3: nearly the code")
LONGEST_NAME = 64  # of a notebook's cell id
BADGE_FORM = "write > **Medium** · 10 min · 5 points · `topic`"


def unique_names(lesson):
    """No two cells have the same name."""
    seen = set()
    for cell in lesson.cells:
        if cell.name in seen:
            yield LessonError(lesson.path, cell.fence, f"two cells are named '{cell.name}'",
                              "give each cell a name of its own")
        if cell.name:
            seen.add(cell.name)


def short_names(lesson):
    """A name fits into a cell id."""
    for cell in lesson.cells:
        if cell.name and len(cell.name) > LONGEST_NAME:
            yield LessonError(lesson.path, cell.fence, f"a name of {len(cell.name)} characters",
                              f"use at most {LONGEST_NAME}")


def setup_first(lesson):
    """The first code cell of a lesson is `given="setup"` and calls `lab.setup`."""
    first = next((cell for cell in lesson.cells if cell.kind == "code"), None)
    if not lesson.assignment or (first and first.name == "setup" and "lab.setup(" in first.source):
        return
    yield LessonError(lesson.path, first.fence if first else 1, "the lesson does not begin with its setup",
                      'make the first code cell given="setup": from webcourse import lab; lab.setup()')


def exercise_numbers(lesson):
    """The numbers of the exercises count up by one."""
    for before, after in pairwise(exercises(lesson)):
        chapter, _, number = before.number.partition(".")
        expected = f"{chapter}.{int(number) + 1}"
        if after.number != expected:
            yield LessonError(lesson.path, after.line, f"exercise {after.number} follows {before.number}",
                              f"number it {expected}")


def graded_cells_in_exercises(lesson):
    """Answers and checks stand under the heading of an exercise, one answer under each."""
    for heading, line, cells in sections(lesson):
        graded = [cell for cell in cells if cell.role in ("exercise", *POINTED_ROLES)]
        answers = [cell for cell in graded if cell.role == "exercise"]
        if graded and not HEADING.fullmatch(heading):
            yield LessonError(lesson.path, line, f"the heading above '{graded[0].name}' has no number",
                              "write ## 1.7 · Noun: the point in words")
        elif graded and not answers:
            yield LessonError(lesson.path, graded[0].fence, f"'{graded[0].name}' belongs to no exercise",
                              'add the answer cell, exercise="…"')
        for cell in answers[1:]:
            yield LessonError(lesson.path, cell.fence, f"'{cell.name}' is a second answer cell",
                              "give it a heading of its own, or join the two")


def badge(lesson):
    """Each exercise has a badge that can be read, with the points of its difficulty."""
    for exercise in exercises(lesson):
        if exercise.difficulty is None:
            yield LessonError(lesson.path, _line_of(exercise, "> **") or exercise.line,
                              f"exercise {exercise.number} has no badge that can be read", BADGE_FORM)
        elif exercise.difficulty not in POINTS:
            yield LessonError(lesson.path, _line_of(exercise, "> **"),
                              f"unknown difficulty '{exercise.difficulty}'", f"use one of {', '.join(POINTS)}")
        elif exercise.points != sum(POINTS[exercise.difficulty]):
            yield LessonError(
                lesson.path, _line_of(exercise, "> **"),
                f"{exercise.difficulty} with {exercise.points} points",
                f"write {sum(POINTS[exercise.difficulty])} points",
            )


def tests_of_exercise(lesson):
    """An exercise has two tests cells, SLUG-basics and SLUG-details, with the points of its difficulty."""
    for exercise in exercises(lesson):
        expected = [f"{exercise.slug}-{part}" for part in TESTS]
        names = [cell.name for cell in exercise.tests]
        for name in expected:
            if name not in names:
                yield LessonError(lesson.path, exercise.cell.fence, f"the tests cell '{name}' is missing",
                                  f'add a cell with tests="{name}"')
        for cell in exercise.tests:
            if cell.name not in expected:
                yield LessonError(lesson.path, cell.fence, f"tests cell '{cell.name}' is not of this exercise",
                                  f"name it {' or '.join(expected)}")
        for cell, due in _due_points(exercise, expected):
            if cell.points != due:
                yield LessonError(lesson.path, cell.fence,
                                  f"'{cell.name}' has {cell.points} points, a {exercise.difficulty} exercise {due}",
                                  f"write points={due}")


def parts_in_order(lesson):
    """All the parts of an exercise are there, in order."""
    for exercise in exercises(lesson):
        last, at = "the badge", _line_of(exercise, "> **") or exercise.line
        for part, line in _parts(exercise):
            if line is None:
                yield LessonError(lesson.path, exercise.line, f"exercise {exercise.number} has no {part}",
                                  f"add it after {last}")
                continue
            if line < at:
                yield LessonError(lesson.path, line, f"{part} stands before {last}", "move it behind")
            last, at = part, max(at, line)


def hints_say_something(lesson):
    """No hint is empty."""
    for exercise in exercises(lesson):
        for hint in exercise.hints:
            if not hint.body:
                yield LessonError(lesson.path, hint.line, f"'{hint.title}' is empty", "write the hint")


def details_closed(lesson):
    """Each `<details>` is closed in its cell; after it comes a heading, another one, or a new cell."""
    for cell in lesson.cells:
        if cell.kind == "markdown":
            yield from _details_of(cell, lesson.path)


def canonical(lesson):
    """The text is what folding its notebook back would write."""
    written = write(lesson.title, lesson.assignment, lesson.cells)
    for line, (old, new) in enumerate(zip(lesson.text.split("\n"), written.split("\n"), strict=False), 1):
        if old != new:
            yield LessonError(lesson.path, line, f"{_shown(old)} would be folded back as {_shown(new)}",
                              "one blank line around a code cell, two between prose cells, none at the end")
            return
    if lesson.text != written:
        yield LessonError(lesson.path, lesson.text.count("\n") + 1, "the end would be folded back differently",
                          "end the file with one line break")


def _line_of(exercise, beginning):
    """The line of the prose line of an exercise that begins so, or None."""
    lines = (at for cell in exercise.cells if cell.kind == "markdown" for at in prose_lines(cell))
    return next((line for line, text in lines if text.startswith(beginning)), None)


def _due_points(exercise, names):
    """Yield (tests cell, its points by the difficulty) for the cells with the right *names*."""
    due = dict(zip(names, POINTS.get(exercise.difficulty, ()), strict=False))
    return ((cell, due[cell.name]) for cell in exercise.tests if cell.name in due)


def _parts(exercise):
    """Yield (part, its line or None) for what follows the badge, in the order that is due."""
    try_it = _line_of(exercise, "#### Try it")
    yield "'### Your turn'", _line_of(exercise, "### Your turn")
    yield "answer cell", exercise.cell.fence
    for title in HINTS:
        yield f"'{title}'", next((hint.line for hint in exercise.hints if hint.title == title), None)
    yield "'#### Try it'", try_it
    yield "cell to try it", try_it and _demonstration_after(exercise, try_it)
    for cell in sorted(exercise.tests, key=_place_of_tests):  # `tests_of_exercise` tells which are missing
        yield f"tests cell '{cell.name}'", cell.fence
    yield "'### What it buys'", _line_of(exercise, "### What it buys")
    yield (
        "'What production frameworks do'",
        _line_of(exercise, "<summary>What production frameworks do</summary>"),
    )


def _place_of_tests(cell):
    """Where a tests cell belongs among those of its exercise."""
    part = cell.name.rpartition("-")[2]
    return TESTS.index(part) if part in TESTS else len(TESTS)


def _demonstration_after(exercise, line):
    """The line of the first plain code cell after *line*, or None."""
    plain = (cell.fence for cell in exercise.cells if cell.kind == "code" and not cell.role)
    return next((fence for fence in plain if fence > line), None)


def _details_of(cell, path):
    """Yield the mistakes in the `<details>` of a markdown cell."""
    opened, closed = None, False
    for line, text in prose_lines(cell):
        if closed and text.strip():
            if not text.startswith(("#", "<details>")):
                yield LessonError(path, line, "JupyterLab would swallow this text after </details>",
                                  "part it with two blank lines")
            closed = False
        if text.startswith("<details>"):
            opened = line
        elif text.startswith("</details>"):
            opened, closed = None, True
    if opened:
        yield LessonError(path, opened, "this <details> is not closed in its cell",
                          "end it with </details>, without two blank lines in between")


def _shown(text):
    """A line of the lesson, cut short for an error."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


GATES = (
    unique_names,
    short_names,
    setup_first,
    exercise_numbers,
    graded_cells_in_exercises,
    badge,
    tests_of_exercise,
    parts_in_order,
    hints_say_something,
    details_closed,
    canonical,
)
