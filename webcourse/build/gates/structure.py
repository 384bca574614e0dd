"""Gates for the shape of a lesson: names, points, and the parts of each exercise."""

from itertools import pairwise

from ..lesson import HEADING, POINTED_ROLES, exercises, prose_lines, sections
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
            yield lesson.error(
                cell.fence, f"two cells are named '{cell.name}'", "give each cell a name of its own"
            )
        if cell.name:
            seen.add(cell.name)


def short_names(lesson):
    """A name fits into a cell id."""
    for cell in lesson.cells:
        if cell.name and len(cell.name) > LONGEST_NAME:
            yield lesson.error(
                cell.fence, f"a name of {len(cell.name)} characters", f"use at most {LONGEST_NAME}"
            )


def setup_first(lesson):
    """The first code cell of a lesson is `given="setup"` and calls `lab.setup` with the assignment."""
    call = f'lab.setup("{lesson.assignment}")'
    first = next((cell for cell in lesson.cells if cell.kind == "code"), None)
    if not lesson.assignment or (first and first.name == "setup" and call in first.source):
        return
    yield lesson.error(
        first.fence if first else 1,
        "the lesson does not begin with its setup",
        f'make the first code cell given="setup": from webcourse import lab, then {call}',
    )


def exercise_numbers(lesson):
    """The numbers of the exercises count up by one."""
    for before, after in pairwise(exercises(lesson)):
        chapter, _, number = before.number.partition(".")
        expected = f"{chapter}.{int(number) + 1}"
        if after.number != expected:
            yield lesson.error(
                after.line, f"exercise {after.number} follows {before.number}", f"number it {expected}"
            )


def graded_cells_in_exercises(lesson):
    """Answers and checks stand under the heading of an exercise, one answer under each."""
    for heading, line, cells in sections(lesson):
        graded = [cell for cell in cells if cell.role in ("exercise", *POINTED_ROLES)]
        answers = [cell for cell in graded if cell.role == "exercise"]
        if graded and not HEADING.fullmatch(heading):
            yield lesson.error(
                line,
                f"the heading above '{graded[0].name}' has no number",
                "write ## 1.7 · Noun: the point in words",
            )
        elif graded and not answers:
            yield lesson.error(
                graded[0].fence,
                f"'{graded[0].name}' belongs to no exercise",
                'add the answer cell, exercise="…"',
            )
        for cell in answers[1:]:
            yield lesson.error(
                cell.fence,
                f"'{cell.name}' is a second answer cell",
                "give it a heading of its own, or join the two",
            )


def badge(lesson):
    """Each exercise has a badge that can be read, with the points of its difficulty."""
    for exercise in exercises(lesson):
        if exercise.difficulty is None:
            yield lesson.error(
                _line_of(exercise, "> **") or exercise.line,
                f"exercise {exercise.number} has no badge that can be read",
                BADGE_FORM,
            )
        elif exercise.difficulty not in POINTS:
            yield lesson.error(
                _line_of(exercise, "> **"),
                f"unknown difficulty '{exercise.difficulty}'",
                f"use one of {', '.join(POINTS)}",
            )
        elif exercise.points != sum(POINTS[exercise.difficulty]):
            yield lesson.error(
                _line_of(exercise, "> **"),
                f"{exercise.difficulty} with {exercise.points} points",
                f"write {sum(POINTS[exercise.difficulty])} points",
            )


def tests_of_exercise(lesson):
    """An exercise has the tests cells SLUG-basics and SLUG-details, with points by its difficulty."""
    for exercise in exercises(lesson):
        due = due_points(exercise)
        strangers = [cell for cell in exercise.tests if cell.name not in due]
        for cell in strangers:
            yield lesson.error(
                cell.fence,
                f"tests cell '{cell.name}' is not of this exercise",
                f"name it {' or '.join(due)}",
            )
        names = [cell.name for cell in exercise.tests]
        for name in (name for name in due if name not in names and not strangers):
            yield lesson.error(
                exercise.cell.fence,
                f"the tests cell '{name}' is missing",
                f'add a cell with tests="{name}"',
            )
        for cell in exercise.tests:
            if due.get(cell.name) not in (None, cell.points):
                yield lesson.error(
                    cell.fence,
                    f"'{cell.name}' has {cell.points} points",
                    f"{exercise.difficulty} means points={due[cell.name]}",
                )


def due_points(exercise):
    """The names that an exercise's tests cells must have, and their points by the difficulty.

    Returns:
        dict[str, int | None]: None where the difficulty is unknown.
    """
    points = POINTS.get(exercise.difficulty, (None, None))
    return {f"{exercise.slug}-{part}": each for part, each in zip(TESTS, points, strict=True)}


def parts_in_order(lesson):
    """All the parts of an exercise are there, in order."""
    for exercise in exercises(lesson):
        last, at = "the badge", _line_of(exercise, "> **") or exercise.line
        for part, line in _parts(exercise):
            if line is None:
                yield lesson.error(
                    exercise.line, f"exercise {exercise.number} has no {part}", f"add it after {last}"
                )
                continue
            if line < at:
                yield lesson.error(line, f"{part} stands before {last}", "move it behind")
            last, at = part, max(at, line)


def hints_say_something(lesson):
    """No hint is empty."""
    for exercise in exercises(lesson):
        for hint in exercise.hints:
            if not hint.body:
                yield lesson.error(hint.line, f"'{hint.title}' is empty", "write the hint")


def details_closed(lesson):
    """Each `<details>` is closed in its cell; after it comes a heading, another one, or a new cell."""
    for cell in lesson.cells:
        if cell.kind == "markdown":
            yield from _details_of(lesson, cell)


def canonical(lesson):
    """The text is what folding its notebook back would write."""
    written = write(lesson.title, lesson.assignment, lesson.cells)
    for line, (old, new) in enumerate(
        zip(lesson.text.split("\n"), written.split("\n"), strict=False), 1
    ):
        if old != new:
            yield lesson.error(
                line,
                f"{_shown(old)} would be folded back as {_shown(new)}",
                "one blank line around a code cell, two between prose cells, none at the end",
            )
            return
    if lesson.text != written:
        yield lesson.error(
            lesson.text.count("\n") + 1,
            "the end would be folded back differently",
            "end the file with one line break",
        )


def _line_of(exercise, beginning):
    """The line of the prose line of an exercise that begins so, or None."""
    lines = (at for cell in exercise.cells if cell.kind == "markdown" for at in prose_lines(cell))
    return next((line for line, text in lines if text.startswith(beginning)), None)


def _parts(exercise):
    """Yield (part, its line or None) for what follows the badge, in the order that is due."""
    try_it = _line_of(exercise, "#### Try it")
    yield "'### Your turn'", _line_of(exercise, "### Your turn")
    yield "answer cell", exercise.cell.fence
    for title in HINTS:
        yield f"'{title}'", next((hint.line for hint in exercise.hints if hint.title == title), None)
    yield "'#### Try it'", try_it
    if try_it:
        yield "cell to try it", _demonstration_after(exercise, try_it)
    tests = {cell.name: cell.fence for cell in exercise.tests}
    for name in due_points(exercise):
        if name in tests:  # `tests_of_exercise` tells which are missing
            yield f"tests cell '{name}'", tests[name]
    yield "'### What it buys'", _line_of(exercise, "### What it buys")
    yield (
        "'What production frameworks do'",
        _line_of(exercise, "<summary>What production frameworks do</summary>"),
    )


def _demonstration_after(exercise, line):
    """The line of the first plain code cell after *line*, or None."""
    plain = (cell.fence for cell in exercise.cells if cell.kind == "code" and not cell.role)
    return next((fence for fence in plain if fence > line), None)


def _details_of(lesson, cell):
    """Yield the mistakes in the `<details>` of a markdown cell."""
    opened, closed = None, False
    for line, text in prose_lines(cell):
        if closed and text.strip():
            if not text.startswith(("#", "<details>")):
                yield lesson.error(
                    line,
                    "JupyterLab would swallow this text after </details>",
                    "part it with two blank lines",
                )
            closed = False
        if text.startswith("<details>"):
            opened = line
        elif text.startswith("</details>"):
            opened, closed = None, True
    if opened:
        yield lesson.error(
            opened,
            "this <details> is not closed in its cell",
            "end it with </details>, without two blank lines in between",
        )


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
