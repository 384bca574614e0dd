"""The page that a student gets back: points, reasons, answers, reports; nothing active, nothing hidden.

nbgrader makes the same page: `nbgrader generate_feedback` calls `FeedbackExporter`, as
nbgrader_config.py tells it to, so scores and comments given in Formgrader get onto it.
"""

import copy
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import nh3
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import markdown2html_mistune
from nbformat import NotebookNode
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from .autograded import clean, is_png
from .master import grade_id, is_tests
from .seal import is_ours, seal

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS(.*?)### END HIDDEN TESTS", re.DOTALL)
QUOTES = re.compile(r"[\\'\"]+")
TELLING = 12  # characters from which a line of a hidden test is looked for in outputs
SHOWN = 20_000  # characters of an output
LEXER, FORMATTER = PythonLexer(), HtmlFormatter(nowrap=True)
REDACTED = "(a line of a hidden check)"


@dataclass
class Block:
    """A part of a section: an answer, a report, a cell of the student's own."""

    title: str
    code: str = ""  # HTML
    text: str = ""  # HTML of a written answer
    outputs: list = field(default_factory=list)  # of ("text" | "image", content)
    comment: str = ""  # HTML
    points: str = ""


@dataclass
class Section:
    """What belongs to one exercise."""

    title: str
    slug: str = ""
    score: float = 0.0
    points: float = 0.0
    reasons: list = field(default_factory=list)
    blocks: list = field(default_factory=list)


class FeedbackExporter(Exporter):
    """For nbgrader's `GenerateFeedback.exporter_class`, behind its `GetGrades` preprocessor."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    def from_notebook_node(self, nb, resources=None, **options):
        """See nbconvert.exporters.Exporter."""
        notebook, resources = super().from_notebook_node(nb, resources, **options)
        graded = resources.get("nbgrader", {})
        return make_page(notebook, graded.get("notebook", ""), graded.get("late_penalty", 0)), resources


def render(notebook, name, points, comments, penalty):
    """The page of a graded notebook.

    Args:
        notebook (NotebookNode): of `autograded.fill`.
        name (str): of the notebook.
        points (dict[str, tuple[float, float]]): score and maximum of each graded cell.
        comments (dict[str, str | None]): of each answer cell.
        penalty (float): points taken off for lateness.

    Returns:
        str: HTML.
    """
    notebook = copy.copy(notebook)
    notebook.cells = [_with_score(cell, points, comments) for cell in notebook.cells]
    return make_page(notebook, name, penalty)


def _with_score(cell, points, comments):
    """NotebookNode: a cell that has the metadata of which `make_page` speaks. The given one is not changed."""
    name, told = grade_id(cell), {}
    if name in points:
        told["score"], told["points"] = points[name]
    if name in comments:
        told["comment"] = comments[name]
    if not told:
        return cell
    cell = copy.copy(cell)
    cell.metadata = copy.copy(cell.metadata)
    cell.metadata.nbgrader = NotebookNode({**cell.metadata.nbgrader, **told})
    return cell


def make_page(notebook, name, penalty):
    """The page of a notebook whose cells' nbgrader metadata hold `score`, `points` and `comment`.

    Returns:
        str: HTML.
    """
    sections = _sections(notebook)
    return _template().render(
        title=_title(notebook) or name,
        sections=sections,
        exercises=[section for section in sections if section.points],
        score=sum(section.score for section in sections) - penalty,
        points=sum(section.points for section in sections),
        penalty=penalty,
        notes=_told(notebook).get("notes", []),
        code_style=_code_style(),
    )


@functools.cache
def _code_style():
    return Markup(HtmlFormatter(style="default").get_style_defs(".code"))


@functools.cache
def _template():
    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:g}"
    return environment.get_template("feedback.html")


def _told(notebook):
    """What `autograded.fill` wrote into the notebook's metadata; nothing after `nbgrader autograde`."""
    return notebook.metadata.get("webcourse", {})


def _title(notebook):
    first = (
        notebook.cells[0].source if notebook.cells and notebook.cells[0].cell_type == "markdown" else ""
    )
    heading = re.search(r"^# +(.+)$", first, re.MULTILINE)
    return heading[1] if heading else ""


def _sections(notebook):
    """list[Section]: of the exercises, by the second-level headings of the master."""
    hidden = hidden_lines(notebook)
    exercises = _told(notebook).get("exercises", [])
    reasons = {test["name"]: test["reason"] for exercise in exercises for test in exercise["tests"]}
    sections = [Section("Before the first exercise")]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not utils.is_solution(cell):
            for heading in re.findall(r"^## +(.+)$", cell.source, re.MULTILINE):
                sections.append(Section(heading))
            continue
        block = _block(cell, hidden)
        if block is None:
            continue
        section = sections[-1]
        section.slug = section.slug or (grade_id(cell) or "" if utils.is_solution(cell) else "")
        section.blocks.append(block)
        if utils.is_grade(cell):
            section.score += cell.metadata.nbgrader.get("score") or 0
            section.points += cell.metadata.nbgrader.get("points") or 0
        reason = _text(reasons.get(grade_id(cell), ""), hidden)
        if reason and reason not in section.reasons:
            section.reasons.append(reason)
    return [section for section in sections if section.blocks]


def _block(cell, hidden):
    """Block | None: what the page shows of a cell."""
    outputs = _outputs(cell, hidden)
    if is_tests(cell):
        return Block(f"Checks: {grade_id(cell)}", outputs=outputs, points=_points(cell))
    if utils.is_solution(cell):
        return _answer(cell, outputs, hidden)
    if "extra" in cell.metadata.get("webcourse", {}):
        return Block("A cell of your own", code=_highlighted(cell.source), outputs=outputs)
    failed = any(output.output_type == "error" for output in cell.get("outputs", []))
    return Block("A cell of the notebook", outputs=outputs) if grade_id(cell) and failed else None


def _answer(cell, outputs, hidden):
    given = cell.metadata.nbgrader
    block = Block("Your answer", outputs=outputs, points=_points(cell) if utils.is_grade(cell) else "")
    if given.get("checksum") == utils.compute_checksum(cell):
        block.title = "Your answer: the starter, unchanged"
    elif cell.cell_type == "markdown":
        block.text = _sanitized(cell.source)
    else:
        block.code = _highlighted(cell.source)
    if given.get("comment") and given.comment != "No response.":
        block.comment = _sanitized(_text(given.comment, hidden))
    return block


def _points(cell):
    given = cell.metadata.nbgrader
    return f"{given.get('score') or 0:g} of {given.get('points') or 0:g} points"


def _outputs(cell, hidden):
    """list[tuple[str, str]]: the text and images of a cell's outputs."""
    shown = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.output_type == "stream":
            shown.append(("text", _text(output.text, hidden)))
        elif output.output_type == "error":
            shown.append(("text", _text("\n".join(output.traceback) or output.evalue, hidden)))
        elif is_png(data.get("image/png")):
            shown.append(("image", "".join(data["image/png"].split())))
        elif "text/plain" in data:
            shown.append(("text", _text(data["text/plain"], hidden)))
    return [(kind, content) for kind, content in shown if content.strip()]


def _text(text, hidden):
    """*text* clean, and without the lines of hidden tests that student code may have dug out.

    That catches what is printed as it stands, or as a literal. A test that runs beside student code
    can be read by it, and whoever encodes it before printing gets it past this.
    """
    text = clean(text)
    if len(text) > SHOWN:
        text = f"{text[:SHOWN]}\n… and {len(text) - SHOWN} characters more"
    for line in hidden:
        longest, pattern = _pattern(line)
        if longest in text:
            text = pattern.sub(REDACTED, text)
    return text


@functools.lru_cache(maxsize=10_000)
def _pattern(line):
    """tuple[str, re.Pattern]: what is looked for first, and then, to find a line of a hidden test. Between
    its quotes and backslashes the text of a literal is that of the line."""
    pieces = QUOTES.split(line)
    return max(pieces, key=len), re.compile(QUOTES.pattern.join(map(re.escape, pieces)))


def hidden_lines(notebook):
    """list[str]: lines that stand in hidden tests and nowhere else, the longest first."""
    hidden, shown = set(), set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            inside, outside = _lines(cell.source, is_tests(cell))
            hidden |= inside
            shown |= outside
    return sorted((line for line in hidden - shown if len(line) >= TELLING), key=len, reverse=True)


@functools.lru_cache(maxsize=1000)
def _lines(source, are_tests):
    """tuple[frozenset[str], frozenset[str]]: the lines of a cell in its hidden tests, and the others. Only
    the instructor's tests are read as code: a student may have copied some, and broken them."""
    hidden, shown = set(), set()
    for form in [source, seal(source)] if are_tests and is_ours(source) else [source]:
        for block in HIDDEN.findall(form):
            hidden.update(map(str.strip, block.splitlines()))
        shown.update(map(str.strip, HIDDEN.sub("", form).splitlines()))
    return frozenset(hidden), frozenset(shown)


@functools.lru_cache(maxsize=1000)  # starters, and answers that many hand in
def _highlighted(source):
    return Markup(highlight(clean(source), LEXER, FORMATTER))


def _sanitized(markdown):
    """Markup: Markdown as HTML that can do nothing: no scripts, styles, forms or images."""
    return Markup(
        nh3.clean(markdown2html_mistune(clean(markdown)), tags=nh3.ALLOWED_TAGS - {"img", "map", "area"})
    )
