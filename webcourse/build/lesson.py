"""Lessons: the Markdown that an author writes, read into cells and exercises.

jupytext parts the text into cells; this module adds what it does not know: the front matter, the
roles on the fence lines, the line on which a cell stands, and the exercises that cells make up.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import jupytext

ROLES = ("given", "exercise", "tests", "answer")
POINTED_ROLES = ("tests", "answer")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_FORM = "use small letters, digits and single dashes"

FRONT_MATTER = re.compile(r"---\n((?:\w+:.*\n)*)---\n+")
FRONT_MATTER_KEYS = ("title", "assignment")
# Put before a text, or jupytext takes a rule in its first line for the start of a header.
HEADER = "---\njupyter:\n  jupytext: {}\n---\n\n"

HEADING = re.compile(r"## (?P<number>\d+\.\d+) · (?P<title>.+)")
SECTION = re.compile(r"##? ")
BADGE = re.compile(
    r"> \*\*(?P<difficulty>\w+)\*\* · (?P<minutes>\d+) min · (?P<points>\d+) points?"
    r"(?P<topics>( · .+)?)"
)
HINT = re.compile(
    r"<details>\n<summary>(?P<title>Hint \d+: [^\n]*)</summary>(?P<body>.*?)</details>", re.DOTALL
)
TAGS = re.compile(r' tags=\["(?P<first>[^",]+)"(?:, "(?!(?P=first)")[^",]+")*\](?= |$)')
FENCE = re.compile(r" *(?P<marks>`{3,}(?!.*`)|~{3,})(?P<language>\w*)")


class LessonError(Exception):
    """A mistake in a lesson, told in one line: file, line, problem, cure.

    Attributes:
        path (str): the lesson file.
        line (int): the 1-based line.
        problem (str): what is wrong.
        cure (str): what to do about it.
    """

    def __init__(self, path, line, problem, cure):
        super().__init__(f"{path}:{line}: {problem}; {cure}")
        self.path, self.line, self.problem, self.cure = str(path), line, problem, cure


class Mistakes(Exception):
    """What is wrong with some lessons.

    Attributes:
        errors (list[LessonError]): one for each mistake.
    """

    def __init__(self, errors):
        super().__init__("\n".join(map(str, errors)))
        self.errors = list(errors)


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson.

    Attributes:
        kind (str): "markdown" or "code".
        source (str): the text of the cell, without its fence.
        role (str | None): "given", "exercise", "tests" or "answer"; None for prose and demonstrations.
        name (str | None): nbgrader's `grade_id`, for a cell with a role.
        points (int | None): what a "tests" or "answer" cell is worth.
        tags (tuple[str, ...]): the cell's tags.
        line (int): the line of the file on which the source starts; a fence stands just above.
    """

    kind: str
    source: str
    role: str | None = None
    name: str | None = None
    points: int | None = None
    tags: tuple = ()
    line: int = 1

    @property
    def fence(self):
        """The line of the fence (of a code cell), or of the first text (of prose)."""
        return self.line - 1 if self.kind == "code" else self.line


@dataclass(frozen=True)
class Lesson:
    """A lesson file. A fragment without front matter has an empty title and assignment."""

    path: str
    title: str
    assignment: str
    cells: tuple
    text: str = field(default="", repr=False)

    @property
    def name(self):
        """The name of the lesson and of its notebook: the file's, without the ending."""
        return Path(self.path).stem

    def error(self, line, problem, cure):
        """A LessonError in this lesson."""
        return LessonError(self.path, line, problem, cure)


@dataclass(frozen=True)
class Hint:
    """A hint of an exercise; `line` is that of its `<details>`."""

    title: str
    body: str
    line: int


@dataclass(frozen=True)
class Exercise:
    """An exercise, as far as its text can be read: what an author left out is None or empty.

    Attributes:
        number (str): such as "1.7".
        title (str): the rest of the heading.
        slug (str): the name of the answer cell.
        difficulty (str | None): the word in the badge.
        minutes (int | None): the time in the badge.
        points (int | None): the points in the badge.
        topics (tuple[str, ...]): the rest of the badge, without code marks.
        cell (Cell): the answer cell.
        tests (tuple[Cell, ...]): the cells of checks.
        hints (tuple[Hint, ...]): the hints.
        cells (tuple[Cell, ...]): everything from the heading to the next one.
        line (int): the line of the heading.
    """

    number: str
    title: str
    slug: str
    difficulty: str | None
    minutes: int | None
    points: int | None
    topics: tuple
    cell: Cell
    tests: tuple
    hints: tuple
    cells: tuple
    line: int


def read(path):
    """Read a lesson file.

    Args:
        path (str | Path): the Markdown file.

    Returns:
        Lesson: its title, its assignment and its cells, in order.

    Raises:
        LessonError: for a file that cannot be read as a lesson.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise LessonError(
            path, 1, f"it cannot be read ({error.strerror})", "name a lesson file"
        ) from None
    except UnicodeDecodeError:
        raise LessonError(path, 1, "it is no UTF-8 text", "save it as UTF-8") from None
    return parse(text, path)


def parse(text, path):
    """Read the text of a lesson; *path* is only named, in errors and in the Lesson.

    Raises:
        LessonError: for a text that cannot be read as a lesson.
    """
    front, body = take_off_front_matter(text, path)
    lines = text.split("\n")
    _check_tags(lines, path)
    notebook = jupytext.reads(HEADER + body, fmt="md")
    cells = _locate(notebook.cells, lines, len(lines) - len(body.split("\n")), path)
    return Lesson(str(path), front.get("title", ""), front.get("assignment", ""), tuple(cells), text)


def take_off_front_matter(text, path):
    """Part *text* into its front matter, a dict, and the body."""
    found = FRONT_MATTER.match(text)
    if not found:
        return {}, text
    front = {}
    for line, entry in enumerate(found[1].splitlines(), start=2):
        key, _, value = entry.partition(":")
        if key not in FRONT_MATTER_KEYS:
            raise LessonError(path, line, f"unknown front matter '{key}'", "it has title and assignment")
        front[key] = value.strip()
    for key in FRONT_MATTER_KEYS:
        if not front.get(key):
            raise LessonError(path, 1, f"the front matter has no {key}", f"add a line '{key}: …'")
    if not NAME.fullmatch(front["assignment"]):
        raise LessonError(path, 1, f"{front['assignment']!r} names no assignment", NAME_FORM)
    return front, text[found.end() :]


def _locate(notebook_cells, lines, at, path):
    """Yield the Cells of a lesson: walk through its *lines*, from number *at*, counted from 0."""
    for found in notebook_cells:
        while at < len(lines) and not lines[at].strip():
            at += 1
        source = found.source.split("\n")
        fenced = found.cell_type == "code"
        if fenced:
            _check_fence(lines, at, len(source), path)
            at += 1
        if lines[at : at + len(source)] != source:
            raise LessonError(
                path,
                at + 1,
                "this text does not fit into a plain cell",
                "part prose by two blank lines and leave out jupytext's markers",
            )
        yield _cell(found, at + 1, path)
        at += len(source) + fenced


def _check_tags(lines, path):
    """Refuse tags that would make an invalid notebook."""
    for line, text in enumerate(lines, start=1):
        if text.startswith("```python") and " tags=" in text and not TAGS.search(text):
            raise LessonError(
                path, line, "these tags are no list of different words", 'write tags=["real-time"]'
            )


def _check_fence(lines, at, length, path):
    """Refuse the fence in line *at*, around *length* lines, if it is of another language or open."""
    fence = FENCE.match(lines[at])
    language = fence["language"] if fence else ""
    if language != "python":
        raise LessonError(
            path,
            at + 1,
            f"a {language or 'plain'} fence would become a cell",
            f"show text in a ~~~{language} fence",
        )
    if lines[at + 1 + length : at + 2 + length] != [fence["marks"]]:
        raise LessonError(path, at + 1, "this fence is never closed", f"close it with {fence['marks']}")


def _cell(found, line, path):
    """The Cell for one of jupytext's; *line* is where its source starts."""
    if found.cell_type != "code":
        return Cell(found.cell_type, found.source, line=line)
    attributes = {k: v for k, v in found.metadata.items() if k != "lines_to_next_cell"}
    try:
        return Cell("code", found.source, line=line, **read_attributes(attributes))
    except ValueError as mistake:
        raise LessonError(path, line - 1, *mistake.args) from None


def read_attributes(attributes):
    """What the attributes of a fence line say: role, name, points and tags.

    Args:
        attributes (dict): such as ``{"tests": "cookies-basics", "points": 2}``.

    Raises:
        ValueError: with the problem and the cure, for attributes that make no sense.
    """
    unknown = sorted(attributes.keys() - {*ROLES, "points", "tags"})
    if unknown:
        name = attributes.get("incorrectly_encoded_metadata", unknown[0])
        raise ValueError(
            f"unknown on a fence line: {name}",
            'it takes given="…", exercise="…", tests="…", answer="…", points=… and tags=["…"]',
        )
    roles = [role for role in ROLES if role in attributes]
    if len(roles) > 1:
        raise ValueError(f"a cell is {' and '.join(roles)} at once", "give it one role")
    role = roles[0] if roles else None
    name = attributes.get(role)
    if role and not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ValueError(f"{name!r} names no cell", NAME_FORM)
    points = attributes.get("points")
    if role in POINTED_ROLES and not (isinstance(points, int) and points > 0):
        raise ValueError(f"the {role} cell '{name}' has no points", "add points=… with a whole number")
    if role not in POINTED_ROLES and points is not None:
        raise ValueError("points on a cell that is not graded", "leave them to tests and answer cells")
    return {"role": role, "name": name, "points": points, "tags": tuple(attributes.get("tags", ()))}


def lines_of(cell):
    """Yield (line, text, fence) for the lines of a markdown cell.

    *fence* is the mark of the fence that encloses the text, or None; its own two lines count as
    enclosed.
    """
    fence = None
    for line, text in enumerate(cell.source.split("\n"), start=cell.line):
        found = FENCE.match(text)
        if fence:
            yield line, text, fence
            fence = None if text.strip() == fence else fence
        else:
            fence = found and found["marks"]
            yield line, text, fence


def prose_lines(cell):
    """Yield (line, text) for the lines of a markdown cell that stand outside its fences."""
    return ((line, text) for line, text, fence in lines_of(cell) if not fence)


def sections(lesson):
    """Part a lesson at its headings of level one and two.

    Returns:
        list[tuple[str, int, tuple[Cell, ...]]]: heading, its line, and the cells that it covers.
    """
    found, heading, line, cells = [], "", 1, []
    for cell in lesson.cells:
        headings = cell.kind == "markdown" and [at for at in prose_lines(cell) if SECTION.match(at[1])]
        if headings:
            found.append((heading, line, tuple(cells)))
            (line, heading), cells = headings[-1], []
        cells.append(cell)
    return [*found, (heading, line, tuple(cells))]


def exercises(lesson):
    """The exercises of a lesson: the numbered sections that hold an answer cell.

    Returns:
        list[Exercise]: in the order of the text. What is missing is left to the gates.
    """
    return [
        _exercise(heading, line, cells)
        for text, line, cells in sections(lesson)
        if (heading := HEADING.fullmatch(text)) and any(cell.role == "exercise" for cell in cells)
    ]


def _exercise(heading, line, cells):
    """The Exercise under *heading*, a match of HEADING."""
    prose = [cell for cell in cells if cell.kind == "markdown"]
    answer = next(cell for cell in cells if cell.role == "exercise")
    badge = next(
        filter(None, (BADGE.match(text) for cell in prose for _, text in prose_lines(cell))), None
    )
    return Exercise(
        number=heading["number"],
        title=heading["title"],
        slug=answer.name,
        difficulty=badge and badge["difficulty"],
        minutes=badge and int(badge["minutes"]),
        points=badge and int(badge["points"]),
        topics=tuple(topic.strip("` ") for topic in badge["topics"].split(" · ")[1:]) if badge else (),
        cell=answer,
        tests=tuple(cell for cell in cells if cell.role == "tests"),
        hints=tuple(hint for cell in prose for hint in _hints(cell)),
        cells=cells,
        line=line,
    )


def _hints(cell):
    """Yield the hints of a markdown cell."""
    for found in HINT.finditer(cell.source):
        line = cell.line + cell.source.count("\n", 0, found.start())
        yield Hint(found["title"], found["body"].strip(), line)
