"""The class report: one static page for the instructor, with charts and the tables behind them.

What the page says comes from the gradebook's rows (scores, manual grading included), from the
receipts (checks and causes of the automatic grading), from the master (titles and rules) and,
where a course has it, from lessons/misconceptions.json.
"""

import ast
import base64
import collections
import functools
import io
import json
import re
import statistics
import textwrap
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from . import judge
from .autograded import clean
from .course import CourseError
from .record import read_receipt, write
from .reports import remarks

REPORT = "report.html"
MISCONCEPTIONS = "lessons/misconceptions.json"
ALIKE = 0.8  # Jaccard similarity from which two sets of failed checks are nearly the same
BINS = 10  # of the scores
IN_CHART, IN_TABLE = 10, 20  # of the most frequent ones
SUBMISSIONS = 100  # with remarks, that are listed
REMARK = 200  # characters of a remark
LABEL = 42  # characters, after which a chart's label is broken
EVIDENCE = {
    "transcript": "what the checks saw, compared with the reference solution's outside the room",
    "canaries": "the tests' word: they passed, and failed on a known wrong answer afterwards",
    "outputs": "the tests' word alone: they could not be tried on a wrong answer",
}


@dataclass
class Chart:
    """A picture and the words for those who cannot see it."""

    png: str  # base64
    alt: str
    width: int  # in CSS pixels


@dataclass
class Table:
    """Rows of text; the first cell of a row is its heading, a list is shown one item a line."""

    caption: str
    columns: list
    rows: list
    numbers: tuple = ()  # positions of the columns that hold numbers


@dataclass
class Section:
    """A heading and what stands under it."""

    anchor: str
    title: str
    text: list = field(default_factory=list)  # paragraphs
    parts: list = field(default_factory=list)  # of Chart and Table


def gather(course, recorder):
    """What `write_report` needs, of everything that is graded.

    Args:
        course (Course)
        recorder (Recorder)

    Returns:
        tuple[dict[str, list[dict]], list[dict]]: rows by assignment, and receipts.
    """
    rows = {name: recorder.rows(name) for name in course.assignments()}
    folders = [course.folder("receipts", row["student"], name) for name in rows for row in rows[name]]
    found = [read_receipt(path) for folder in folders for path in sorted(folder.glob("*.json"))]
    return rows, [receipt for receipt in found if receipt]


def write_report(course, rows, receipts):
    """Write report.html into the course's folder; it is touched only when its content changes.

    Args:
        course (Course)
        rows (dict[str, list[dict]]): of `Recorder.rows`, by assignment.
        receipts (list[dict]): as in receipts/, one for each notebook that was handed in.

    Returns:
        Path: of the report.

    Raises:
        CourseError: if it cannot be written, or lessons/misconceptions.json is broken.
    """
    page = render(Results(course, rows, receipts), read_misconceptions(course))
    path = course.root / REPORT
    if not path.exists() or path.read_bytes() != page.encode():
        write(path, page)
    return path


def read_misconceptions(course):
    """dict[str, list[dict]]: the impostors by exercise, empty for a course that has none.

    Raises:
        CourseError: if the file is not as `python -m tests.gallery.misconceptions` writes it.
    """
    path = course.root / MISCONCEPTIONS
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        for impostors in found.values():
            for each in impostors:
                each["impostor"], each["sentence"], frozenset(each["failed"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CourseError(
            f"{path} cannot be used ({type(error).__name__}: {error}): write it anew with "
            "`python -m tests.gallery.misconceptions`, or delete it"
        ) from error
    return found


# ------------------------------------------------------------------ what happened


@dataclass
class Exercise:
    """An exercise as the receipts show it, with the words of the master."""

    assignment: str
    slug: str
    title: str = ""
    points: dict = field(default_factory=dict)  # by tests cell
    seen: int = 0  # receipts
    attempted: dict = field(default_factory=dict)  # student -> tests cells as in the receipt

    @property
    def label(self):
        """str: number and noun of the title, or the slug."""
        return self.title.partition(": ")[0] or self.slug

    @property
    def parts(self):
        """dict[str, str]: the tests cells by their part, such as "basics"."""
        return {name.removeprefix(f"{self.slug}-"): name for name in self.points}


class Results:
    """Everything that the report counts.

    Attributes:
        rows (dict[str, list[dict]]): by assignment, those without submissions left out.
        receipts (list[dict])
        scores (dict[tuple[str, str], dict[str, float]]): by assignment and student, of tests cells.
        students (dict[str, list[str]]): who handed an assignment in.
        exercises (list[Exercise]): in the order of the course.
        sources (dict[tuple[str, str], str]): of the master's tests cells, by assignment and name.
    """

    def __init__(self, course, rows, receipts):
        self.receipts = receipts
        self.rows = {name: found for name, found in rows.items() if found}
        self.scores = {
            (name, row["student"]): dict(row["points"])
            for name, found in self.rows.items()
            for row in found
        }
        self.sources, titles = {}, {}
        for name in dict.fromkeys(receipt.get("assignment") for receipt in receipts):
            for path in course.master_paths(str(name)):
                _read_master(path, name, titles, self.sources)
        self.exercises = self._exercises(titles)
        self.students = {}
        for name, student in self.scores:
            self.students.setdefault(name, []).append(student)

    def _exercises(self, titles):
        found = {}
        for receipt in self.receipts:
            name, student = receipt.get("assignment"), receipt.get("student")
            for slug, tests in receipt.get("exercises", {}).items():
                exercise = found.setdefault((name, slug), Exercise(name, slug))
                exercise.seen += 1
                exercise.points |= {cell: score["points"] for cell, score in tests.items()}
                if any(score["cause"] != judge.BLANK for score in tests.values()):
                    exercise.attempted[student] = tests
                self.scores.setdefault((name, student), {})
                for cell, score in tests.items():  # the gradebook knows better
                    self.scores[name, student].setdefault(cell, score["earned"])
        shared = collections.Counter((key[0], titles.get(key)) for key in found)
        for key, exercise in found.items():
            if shared[key[0], titles.get(key)] == 1:
                exercise.title = titles.get(key) or ""
        return list(found.values())

    def succeeded(self, exercise, cells):
        """int: the students with all points of these tests cells."""
        return sum(
            all((self.scores[exercise.assignment, s].get(c) or 0) >= exercise.points[c] for c in cells)
            for s in self.students[exercise.assignment]
        )


def _read_master(path, assignment, titles, sources):
    """Add the titles of a notebook's exercises and the sources of its tests cells."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # nobody was graded with it
    heading = ""
    for cell in cells:
        source = "".join(cell.get("source", ""))
        role = cell.get("metadata", {}).get("nbgrader", {})
        if role.get("solution"):
            titles[assignment, role.get("grade_id")] = heading
        elif role.get("grade") and cell.get("cell_type") == "code":
            sources[assignment, role.get("grade_id")] = source
        elif cell.get("cell_type") == "markdown":
            heading = (re.findall(r"^#{1,2} +(.+?)\s*$", source, re.MULTILINE) or [heading])[-1]


@functools.lru_cache(256)
def _rules(source):
    """The test functions of a cell.

    Returns:
        dict[str, tuple[str, bool]]: name -> the docstring in one line, and whether it is hidden.
    """
    try:
        tree = ast.parse(re.sub(r"^[ \t]*[%!].*", "", source, flags=re.MULTILINE))
    except (SyntaxError, ValueError):
        return {}
    inside, hidden = False, set()
    for number, line in enumerate(source.splitlines(), 1):
        inside = "### BEGIN HIDDEN TESTS" in line or (inside and "### END HIDDEN TESTS" not in line)
        if inside:
            hidden.add(number)
    functions = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {
        n.name: (" ".join((ast.get_docstring(n) or "").split()), n.lineno in hidden) for n in functions
    }


# ------------------------------------------------------------------ the page


def render(results, misconceptions):
    """The page.

    Args:
        results (Results)
        misconceptions (dict[str, list[dict]]): of `read_misconceptions`.

    Returns:
        str: HTML.
    """
    makers = [_scores, _exercises, _failed_checks, _lost_points, _evidence, _remarkable]
    if misconceptions:
        makers.insert(3, functools.partial(_behaviour, misconceptions=misconceptions))
    sections = [section for make in makers if (section := make(results))]
    return _template().render(
        sections=sections,
        students=len({student for _, student in results.scores}),
        assignments=list(dict.fromkeys(name for name, _ in results.scores)),
    )


@functools.cache
def _template():
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = lambda text: clean(str(text))
    environment.tests["chart"] = lambda part: isinstance(part, Chart)
    environment.tests["list"] = lambda cell: isinstance(cell, (list, tuple))
    return environment.get_template("class_report.html")


def _scores(results):
    """Section: how the scores of each assignment are spread."""
    section = Section("scores", "Scores")
    summary = Table(
        "Scores by assignment, after manual grading and late penalties",
        ["Assignment", "Students", "Points", "Mean", "Median", "Lowest", "Highest", "Late"],
        [],
        numbers=range(1, 8),
    )
    for name, rows in results.rows.items():
        scores = [row["score"] for row in rows]
        best = max(row["max_score"] for row in rows)
        late = sum(row["penalty"] > 0 for row in rows)
        figures = statistics.mean(scores), statistics.median(scores), min(scores), max(scores)
        summary.rows.append([name, len(rows), _short(best), *map(_short, figures), late])
    if not summary.rows:
        return None
    section.parts.append(summary)
    for name, rows in results.rows.items():
        section.parts += _distribution(name, rows)
    return section


def _distribution(name, rows):
    """Chart and Table: students by the share of the points that they have."""
    shares = [row["score"] / row["max_score"] for row in rows if row["max_score"]]
    if not shares:
        return []
    counts = collections.Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    step = 100 // BINS
    labels = [f"{step * i}–{step * (i + 1)}" for i in range(BINS)]
    numbers = [counts[i] for i in range(BINS)]
    top, mean = max(range(BINS), key=numbers.__getitem__), statistics.mean(shares)
    alt = (
        f"Histogram of the scores in {name}: the mean is {_share(mean, 1)} of the points. Most, "
        f"{numbers[top]} of {len(shares)}, have {labels[top]} %."
    )
    title = f"{name}: students by their share of the points, in %"
    table = Table(
        f"{name}: students by their share of the points. The lower bound belongs to a range.",
        ["Share of the points", "Students", "Share of the students"],
        [[f"{label} %", n, _share(n, len(shares))] for label, n in zip(labels, numbers, strict=True)],
        numbers=(1, 2),
    )
    return [Chart(_columns(labels, numbers, title, mean * BINS), alt, _pixels(WIDTH)), table]


def _exercises(results):
    """Section: who has all points of each exercise."""
    section = Section(
        "exercises",
        "Exercises",
        ["The share of the students with all points, of those who handed the assignment in."],
    )
    for name in dict.fromkeys(exercise.assignment for exercise in results.exercises):
        chosen = [exercise for exercise in results.exercises if exercise.assignment == name]
        section.parts += _success(results, name, chosen)
    return section if section.parts else None


def _success(results, name, exercises):
    """Chart and Table: the share of students with all points, by exercise and part."""
    total = len(results.students[name])
    parts = _common_parts(exercises)
    whole = [results.succeeded(exercise, exercise.points) for exercise in exercises]
    by_part = {
        part: [results.succeeded(e, [e.parts[part]]) if part in e.parts else None for e in exercises]
        for part in parts
    }
    hardest = min(range(len(exercises)), key=whole.__getitem__)
    easiest = max(range(len(exercises)), key=whole.__getitem__)
    alt = (
        f"Bars: the share of students with all points in each exercise of {name}, from "
        f"{_share(whole[hardest], total)} in {exercises[hardest].label} to "
        f"{_share(whole[easiest], total)} in {exercises[easiest].label}."
    )
    table = Table(
        f"{name}: share of {total} students with all points",
        ["Exercise", "Points", *[part.capitalize() for part in parts], "All of it", "Not attempted"],
        [],
        numbers=range(1, 4 + len(parts)),
    )
    for i, exercise in enumerate(exercises):
        shares = [_share(by_part[part][i], total) for part in parts]
        blank = _share(exercise.seen - len(exercise.attempted), exercise.seen)
        points = _short(sum(exercise.points.values()))
        table.rows.append(
            [exercise.title or exercise.slug, points, *shares, _share(whole[i], total), blank]
        )
    drawn = {
        part: [None if n is None else 100 * n / total for n in numbers]
        for part, numbers in (by_part or {"all points": whole}).items()
    }
    title = f"{name}: students with all points, in %"
    png = _bars([e.label for e in exercises], drawn, title, limit=100)
    return [Chart(png, alt, _pixels(WIDTH)), table]


def _common_parts(exercises):
    """list[str]: such as basics and details, when all tests cells are named so."""
    parts = list(dict.fromkeys(part for exercise in exercises for part in exercise.parts))
    named = all(cell.startswith(f"{e.slug}-") for e in exercises for cell in e.points)
    return parts if named and 1 < len(parts) <= 3 else []


def _failed_checks(results):
    """Section: the checks that most students fail."""
    students = collections.defaultdict(set)
    for exercise in results.exercises:
        for student, tests in exercise.attempted.items():
            for cell, score in tests.items():
                if score["cause"] == judge.FAILED:
                    failed = [name for name, passed in score.get("checks", {}).items() if not passed]
                    for name in failed or [""]:
                        students[exercise.assignment, exercise.slug, cell, name].add(student)
    if not students:
        return None
    exercises = {(e.assignment, e.slug): e for e in results.exercises}
    ranked = sorted(students, key=lambda key: -len(students[key]))[:IN_TABLE]
    labels, numbers = [_check_title(*key[2:]) for key in ranked], [len(students[key]) for key in ranked]
    table = Table(
        "Failed checks, the most frequent first, with the students who fail them of those who "
        "attempted the exercise"
        + (f"; {len(students) - IN_TABLE} more are not shown" if len(students) > IN_TABLE else ""),
        ["Check", "Rule", "Exercise", "Students", "Share"],
        [],
        numbers=(3, 4),
    )
    for (name, slug, cell, check), label, number in zip(ranked, labels, numbers, strict=True):
        exercise = exercises[name, slug]
        rule, hidden = _rules(results.sources.get((name, cell), "")).get(check, ("", False))
        of = len(exercise.attempted)
        title = f"{label} (hidden)" if hidden else label
        table.rows.append([title, rule, exercise.label, f"{number} of {of}", _share(number, of)])
    alt = f"Bars: the checks that most students fail. The first is “{labels[0]}”, with {numbers[0]}."
    chart = Chart(
        _bars(labels[:IN_CHART], {"": numbers[:IN_CHART]}, "Students who fail a check"),
        alt,
        _pixels(WIDTH),
    )
    return Section("checks", "Most frequent failed checks", parts=[chart, table])


def _check_title(cell, name):
    return name.removeprefix("test_").replace("_", " ") or f"the cell {cell}"


def _lost_points(results):
    """Section: what points were lost to."""
    lost, students = collections.Counter(), collections.defaultdict(set)
    for receipt in results.receipts:
        for tests in receipt.get("exercises", {}).values():
            for score in tests.values():
                if score["earned"] < score["points"]:
                    cause = clean(str(score["cause"])) or "unknown"
                    lost[cause] += score["points"] - score["earned"]
                    students[cause].add(receipt.get("student"))
    if not lost:
        return None
    causes, total = [cause for cause, _ in lost.most_common()], sum(lost.values())
    table = Table(
        "Points lost in the automatic grading, by cause",
        ["Cause", "Points", "Share", "Students"],
        [[c, _short(lost[c]), _share(lost[c], total), len(students[c])] for c in causes],
        numbers=(1, 2, 3),
    )
    alt = f"Bars: points lost by cause. Most, {_short(lost[causes[0]])}, are lost to “{causes[0]}”."
    shown = causes[:IN_CHART]
    png = _bars(shown, {"": [lost[cause] for cause in shown]}, "Points of all students lost to a cause")
    return Section("causes", "Points lost, by cause", parts=[Chart(png, alt, _pixels(WIDTH)), table])


def _evidence(results):
    """Section: walls around the students' code, and what the scores rest on."""
    walls, cells = collections.Counter(), collections.Counter()
    for receipt in results.receipts:
        walls[receipt.get("walls") or "not recorded"] += 1
        for tests in receipt.get("exercises", {}).values():
            cells.update(score["evidence"] for score in tests.values() if score.get("evidence"))
    if not walls:
        return None
    section = Section("evidence", "How it was graded")
    section.parts.append(
        Table(
            "Walls around the students' code",
            ["Walls", "Notebooks"],
            [[wall, number] for wall, number in walls.most_common()],
            numbers=(1,),
        )
    )
    if cells:
        rows = [[kind, EVIDENCE.get(kind, ""), n] for kind, n in cells.most_common()]
        columns = ["Evidence", "What a score rests on", "Tests cells"]
        section.parts.append(Table("What the scores rest on", columns, rows, numbers=(2,)))
        if set(cells) != {"transcript"}:
            section.text.append(
                "Only a transcript is compared outside the student's process. The other kinds detect "
                "cheating; they do not rule it out."
            )
    return section


def _remarkable(results):
    """Section: submissions about which there is something to say."""
    found = [(receipt, lines) for receipt in results.receipts if (lines := remarks(receipt))]
    if not found:
        return None
    found.sort(key=lambda pair: (str(pair[0].get("assignment")), str(pair[0].get("student"))))
    table = Table(
        "Submissions out of the ordinary, points as they were graded automatically"
        + (f"; {len(found) - SUBMISSIONS} more are not shown" if len(found) > SUBMISSIONS else ""),
        ["Student", "Assignment", "Points", "Remarks"],
        [],
        numbers=(2,),
    )
    for receipt, lines in found[:SUBMISSIONS]:
        tests = [s for cells in receipt.get("exercises", {}).values() for s in cells.values()]
        earned, points = (sum(score[key] for score in tests) for key in ("earned", "points"))
        shown = [line if len(line) <= REMARK else f"{line[:REMARK]} …" for line in map(clean, lines)]
        table.rows.append(
            [receipt.get("student"), receipt.get("assignment"), f"{earned:g} of {points:g}", shown]
        )
    return Section("remarks", "Submissions to look at", parts=[table])


def _short(number):
    """str: with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def _share(number, total):
    """str: in percent; empty where there is none."""
    return "" if number is None or not total else f"{100 * number / total:.0f} %"


# ------------------------------------------------------------------ which impostor


def _behaviour(results, misconceptions):
    """Section: the impostors that wrong answers behave like."""
    tally = Likeness(misconceptions)
    for exercise in results.exercises:
        for tests in exercise.attempted.values():
            tally.add(exercise, tests)
    if not tally.answers:
        return None
    table = Table(
        "Misconceptions, the most frequent first"
        + (
            f"; {len(tally.groups) - IN_TABLE} more are not shown"
            if len(tally.groups) > IN_TABLE
            else ""
        ),
        ["Behaves like", "What it does", "Exercise", "Exactly", "Nearly"],
        [],
        numbers=(3, 4),
    )
    ranked = tally.ranked()
    for exercise, group in ranked[:IN_TABLE]:
        exact, near = tally.groups[exercise.assignment, exercise.slug, group]
        names = [impostor["impostor"].replace("_", " ") for impostor in tally.members(exercise, group)]
        sentences = [impostor["sentence"] for impostor in tally.members(exercise, group)]
        table.rows.append([names, sentences, exercise.label, exact, near])
    text = [
        "Each exercise comes with impostors: wrong answers that rest on one misconception. A student's "
        "wrong answer behaves like the impostor that fails the same checks, and nearly like the one "
        f"whose failed checks it shares to at least {_share(ALIKE, 1)}. Impostors that the checks "
        "cannot tell apart stand together.",
        f"Of {tally.answers} wrong answers that ran to the end, {tally.exact} behave exactly like an "
        f"impostor, {tally.near} nearly, {tally.answers - tally.exact - tally.near} like none.",
    ]
    parts = [table] if ranked else []
    if ranked:
        labels = [_impostor_label(tally, *key) for key in ranked[:IN_CHART]]
        numbers = [tally.groups[e.assignment, e.slug, group] for e, group in ranked[:IN_CHART]]
        series = {"exactly": [n[0] for n in numbers], "nearly": [n[1] for n in numbers]}
        series = {name: values for name, values in series.items() if any(values)}
        alt = (
            "Bars: the impostors that most wrong answers behave like. The first is "
            f"“{labels[0]}” with {numbers[0][0]} answers exactly and {numbers[0][1]} nearly."
        )
        png = _bars(labels, series, "Students whose answer behaves like an impostor", stacked=True)
        parts.insert(0, Chart(png, alt, _pixels(WIDTH)))
    return Section("misconceptions", "Which impostor a wrong answer behaves like", text, parts)


def _impostor_label(tally, exercise, group):
    first, *others = tally.members(exercise, group)
    more = f" (or {len(others)} more)" if others else ""
    return f"{exercise.label.partition(' · ')[0]} · {first['impostor'].replace('_', ' ')}{more}"


class Likeness:
    """Counts the wrong answers by the impostors that they behave like.

    Attributes:
        answers (int), exact (int), near (int): wrong answers that ran, and what became of them.
        groups (dict[tuple, list[int]]): exact and near ones, by assignment, exercise and the failed
            checks (a frozenset) that the impostors of the group share.
    """

    def __init__(self, misconceptions):
        self.known = {}  # slug -> failed checks -> impostors
        for slug, impostors in misconceptions.items():
            groups = self.known[slug] = {}
            for impostor in impostors:
                groups.setdefault(frozenset(impostor["failed"]), []).append(impostor)
        self.answers = self.exact = self.near = 0
        self.groups, self.exercises = collections.defaultdict(lambda: [0, 0]), {}
        self._nearest = functools.cache(self._find_nearest)

    def add(self, exercise, tests):
        """Count one student's answer, unless it is right or did not run to the end."""
        checks = _checks_of(tests)
        failed = frozenset(name for name, passed in checks.items() if not passed)
        if exercise.slug not in self.known or not failed:
            return
        self.answers += 1
        self.exercises[exercise.assignment, exercise.slug] = exercise
        if failed in self.known[exercise.slug]:
            self.exact += 1
            self.groups[exercise.assignment, exercise.slug, failed][0] += 1
        elif len(failed) < len(checks):  # what fails everything is like nothing in particular
            nearest = self._nearest(exercise.slug, failed)
            self.near += bool(nearest)
            for group in nearest:
                self.groups[exercise.assignment, exercise.slug, group][1] += 1

    def _find_nearest(self, slug, failed):
        """list[frozenset]: the groups that are most alike, and alike enough."""
        alike = {group: len(group & failed) / len(group | failed) for group in self.known[slug]}
        best = max(alike.values(), default=0)
        return [group for group, value in alike.items() if value == best >= ALIKE]

    def ranked(self):
        """list[tuple[Exercise, frozenset]]: the groups, those with most answers first."""
        order = sorted(self.groups, key=lambda key: -sum(self.groups[key]))
        return [(self.exercises[key[:2]], key[2]) for key in order]

    def members(self, exercise, group):
        """list[dict]: the impostors of a group."""
        return self.known[exercise.slug][group]


def _checks_of(tests):
    """dict[str, bool]: the checks of an answer over all tests cells, empty if some did not run."""
    if any(score["cause"] not in (judge.PASSED, judge.FAILED) for score in tests.values()):
        return {}
    return {name: passed for score in tests.values() for name, passed in score["checks"].items()}


# ------------------------------------------------------------------ charts

WIDTH = 8.4  # inches
DPI = 144  # shown at two thirds of its size: sharp on any screen
SIZE, LETTER, LINE = 9.5, 0.08, 0.175  # points; inches that a letter and a line of a label take
COLORS = BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"  # the color-blind can tell them apart
STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": SIZE,
    "text.color": "#222222",
    "text.parse_math": False,  # a dollar sign in a title is one
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.titlesize": SIZE,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "xtick.color": "#444444",
    "ytick.color": "#222222",
}


def _pixels(inches):
    return round(inches * 96)


def _columns(labels, numbers, title, mark):
    """PNG of upright columns, the mean marked (in columns from the left). Returns base64."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        figure, axes = _figure(2.9, left=0.15, bottom=0.3)
        top = max(*numbers, 1) * 1.15
        right = mark < len(labels) / 2
        axes.set(xlim=(0, len(labels)), ylim=(0, top))
        axes.axvline(mark, color=ORANGE, linestyle="--", linewidth=1.5, zorder=0)
        axes.text(
            mark + (0.06 if right else -0.06),
            top,
            f"mean {100 * mark / len(labels):.0f} %",
            ha="left" if right else "right",
            va="top",
            color="#A84300",
        )
        axes.bar([i + 0.5 for i in range(len(labels))], numbers, width=0.92, color=BLUE)
        for i, number in enumerate(numbers):
            if number:
                text = axes.text(i + 0.5, number + top * 0.015, number, ha="center", va="bottom")
                text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        axes.set_xticks([i + 0.5 for i in range(len(labels))], labels)
        axes.tick_params(bottom=False)
        axes.spines.left.set_visible(False)
        axes.yaxis.set_visible(False)
        axes.set_title(title)
        return _png(figure)


def _bars(labels, series, title, *, limit=None, stacked=False):
    """PNG of bars from the left, one row a label.

    Args:
        labels (list[str]): from the top.
        series (dict[str, list]): name -> numbers, or None for no bar; one to three of them.
        title (str): what the bars count.
        limit (float | None): the longest that a bar can be; default: the longest that there is.
        stacked (bool): one bar a row, its parts end to end, with the sum beside it.

    Returns:
        str: base64.
    """
    import matplotlib

    labels = [textwrap.shorten(text, 2 * LABEL - 6, placeholder=" …") for text in labels]
    labels = [textwrap.fill(text, LABEL) for text in labels]
    numbers = [[n or 0 for n in values] for values in series.values()]
    sums = [sum(row) if stacked else max(row) for row in zip(*numbers, strict=True)]
    named, bars = len(series) > 1, 1 if stacked else len(series)
    row = max(0.18 * bars + 0.09, 0.12 + LINE * max(text.count("\n") + 1 for text in labels))
    left = LETTER * max(len(line) for text in labels for line in text.split("\n")) + 0.15
    above = 0.6 if named else 0.34
    with matplotlib.rc_context(STYLE):
        figure, axes = _figure(row * len(labels) + above + 0.05, left=left, bottom=0.05, top=above)
        axes.set(xlim=(0, (limit or max(sums) or 1) * 1.1), ylim=(len(labels) - 0.5, -0.5))
        (_draw_stacked if stacked else _draw_grouped)(axes, list(series), numbers)
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(left=False)
        axes.spines.bottom.set_visible(False)
        axes.xaxis.set_visible(False)
        axes.set_title(title, pad=26 if named else 8)
        if named:
            where = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1), "ncols": 3}
            axes.legend(**where, frameon=False, borderaxespad=0.2, handlelength=1, handleheight=0.8)
        return _png(figure)


def _draw_grouped(axes, names, numbers):
    """Bars of a row one under the other, each with its number."""
    thick = 0.8 / len(names)
    for i, (name, values, color) in enumerate(zip(names, numbers, COLORS, strict=False)):
        places = [row + (i - (len(names) - 1) / 2) * thick for row in range(len(values))]
        axes.barh(places, values, height=thick * 0.92, color=color, label=name)
        for place, value in zip(places, values, strict=True):
            _write_beside(axes, value, place)


def _draw_stacked(axes, names, numbers):
    """Bars of a row end to end, with their sum."""
    ends = [0] * len(numbers[0])
    for name, values, color in zip(names, numbers, COLORS, strict=False):
        axes.barh(range(len(values)), values, height=0.74, left=ends, color=color, label=name)
        ends = [end + value for end, value in zip(ends, values, strict=True)]
    for row, end in enumerate(ends):
        _write_beside(axes, end, row)


def _write_beside(axes, value, row):
    axes.text(value + axes.get_xlim()[1] * 0.008, row, f"{value:.0f}", va="center_baseline")


def _figure(height, left, bottom, top=0.34):
    """A Figure with Axes, margins in inches. No pyplot: nothing is kept, and threads do not meet."""
    from matplotlib.figure import Figure

    figure = Figure((WIDTH, height), dpi=DPI, facecolor="white")
    area = left / WIDTH, bottom / height, 1 - (left + 0.1) / WIDTH, 1 - (bottom + top) / height
    axes = figure.add_axes(area)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure):
    """str: the Figure as PNG in base64."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font has not
        canvas.draw()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
    image = image.quantize(128, Image.Quantize.FASTOCTREE)  # a third of the size
    image.putpalette([255 if level > 248 else level for level in image.getpalette()])  # white is white
    data = io.BytesIO()
    image.save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()
