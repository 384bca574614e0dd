"""The class report counts right, says all in words too, and can do nothing."""

import base64
import json
from html.parser import HTMLParser

import pytest

from tests.gallery import misconceptions, workbench
from tests.grading import kit
from webcourse.grading import class_report
from webcourse.grading.class_report import Exercise, Likeness, gather, write_report
from webcourse.grading.course import CourseError

NASTY = '<script>alert("x")</script><img src=x onerror=y>\x1b[31m\u202e\udce9'
CHECKS = {
    "double-basics": ["test_two_becomes_four"],
    "double-details": ["test_any_number_is_doubled"],
    "greet-basics": ["test_the_name_is_greeted"],
    "greet-details": ["test_any_name_is_greeted", "test_a_secret_name_is_greeted"],
    "total-basics": ["test_the_sum"],
    "total-details": ["test_the_sum_of_anything", "test_nothing_is_zero"],
}
IMPOSTORS = {
    "total": [
        {"impostor": "counts_them", "sentence": "Counts the items.", "failed": CHECKS["total-basics"]},
        {
            "impostor": "no_zero",
            "sentence": "Takes <nothing> for an error.",
            "failed": ["test_nothing_is_zero"],
        },
    ]
}


def receipt(student, failed=(), causes=(), **more):
    """dict: of a student who fails some checks, and whose tests cells have some other causes."""
    exercises = {}
    for cell, names in CHECKS.items():
        checks = {name: name not in failed for name in names}
        cause = dict(causes).get(cell, "passed" if all(checks.values()) else "failed check")
        points = 2.0 if cell.endswith("basics") else 1.0
        exercises.setdefault(cell.partition("-")[0], {})[cell] = {
            "points": points,
            "earned": points * (cause == "passed"),
            "cause": cause,
            "reason": "" if cause == "passed" else f"why: {cause}",
            "alone": False,
            "evidence": "transcript",
            "checks": checks if cause in ("passed", "failed check") else {},
        }
    named = {"student": student, "assignment": kit.ASSIGNMENT, "notebook": kit.NOTEBOOK}
    return {**named, "walls": "bubblewrap", "notes": [], "exercises": exercises, **more}


def row(receipt, penalty=0.0, **points):
    """dict: as the gradebook has it; *points* are those that a person gave."""
    given = {
        cell: score["earned"] for tests in receipt["exercises"].values() for cell, score in tests.items()
    }
    given |= {name.replace("_", "-"): value for name, value in points.items()}
    score = max(0.0, sum(given.values()) - penalty)
    student = receipt["student"]
    return {"student": student, "score": score, "max_score": 9.0, "penalty": penalty, "points": given}


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.cells, self.rows = [], [], [], []
        self.words, self.in_cell = "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attributes]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        self.words += data
        if self.in_cell:
            self.rows[-1][-1] += data

    def row(self, *beginning):
        """list[str]: the one row that begins with these cells."""
        (found,) = [row for row in self.rows if tuple(row[: len(beginning)]) == beginning]
        return found


@pytest.fixture
def course(tmp_path):
    return kit.make_course(tmp_path)


@pytest.fixture
def report(course):
    def report(receipts, rows=None, impostors=None):
        if impostors:
            (course.root / "lessons").mkdir(exist_ok=True)
            (course.root / class_report.MISCONCEPTIONS).write_text(json.dumps(impostors))
        rows = [row(receipt) for receipt in receipts] if rows is None else rows
        return Page(write_report(course, {kit.ASSIGNMENT: rows}, receipts).read_text(encoding="utf-8"))

    return report


def test_scores_are_the_gradebooks(report):
    receipts = [receipt("a"), receipt("b", ["test_the_sum"]), receipt("c", sum(CHECKS.values(), []))]
    rows = [row(receipts[0], penalty=1.0), row(receipts[1], total_basics=1.5), row(receipts[2])]
    page = report(receipts, rows)
    assert page.row(kit.ASSIGNMENT) == [kit.ASSIGNMENT, "3", "9", "5.5", "8", "0", "8.5", "1"]
    assert page.row("0–10 %") == ["0–10 %", "1", "33 %"]
    assert page.row("80–90 %")[1] == "1" and page.row("90–100 %")[1] == "1"


def test_success_by_exercise_and_part(report):
    blank = dict.fromkeys(CHECKS, "not attempted")
    receipts = [receipt("a"), receipt("b", ["test_the_sum"]), receipt("c"), receipt("d", causes=blank)]
    rows = [row(each) for each in receipts]
    rows[2]["points"]["double-details"] = 0.5  # a person took points away
    page = report(receipts, rows)
    assert page.row("Exercise", "Points")[2:] == ["Basics", "Details", "All of it", "Not attempted"]
    assert page.row("1.1 · double", "3") == ["1.1 · double", "3", "75 %", "50 %", "50 %", "25 %"]
    assert page.row("1.3 · total", "3") == ["1.3 · total", "3", "50 %", "75 %", "50 %", "25 %"]


def test_failed_checks_come_with_their_rules(report):
    hidden = "test_a_secret_name_is_greeted"
    stopped = {"double-basics": "time limit", "double-details": "time limit"}
    receipts = [
        receipt("a", [hidden]),
        receipt("b", [hidden, "test_the_sum"]),
        receipt("c", (), stopped),
    ]
    page = report(receipts)
    rule = '"Hello, " and the name, whichever.'
    assert page.row("a secret name is greeted (hidden)")[1:] == [rule, "1.2 · greet", "2 of 3", "67 %"]
    assert page.row("the sum")[1:] == ["All items are added.", "1.3 · total", "1 of 3", "33 %"]
    assert "two becomes four" not in page.words  # nobody failed it: somebody did not get there


def test_points_lost_by_cause(report):
    stopped = {"double-basics": "time limit", "double-details": "time limit"}
    page = report([receipt("a", ["test_the_sum"], stopped), receipt("b", ["test_the_sum"])])
    assert page.row("failed check") == ["failed check", "4", "57 %", "2"]
    assert page.row("time limit") == ["time limit", "3", "43 %", "1"]


def test_what_the_scores_rest_on(report):
    foreign = receipt("a", walls="landlock, no network wall")
    foreign["exercises"]["total"]["total-basics"]["evidence"] = "canaries"
    page = report([foreign, receipt("b")])
    assert page.row("bubblewrap")[1] == "1" and page.row("landlock, no network wall")[1] == "1"
    assert page.row("transcript")[2] == "11" and page.row("canaries")[2] == "1"
    assert "they do not rule it out" in page.words
    assert "they do not rule it out" not in report([receipt("b")]).words


def test_ids_stand_where_they_are_of_use_only(report):
    page = report(
        [receipt("ordinary", ["test_the_sum"]), receipt("late", notes=["a note of the grader"])]
    )
    assert "ordinary" not in page.words.replace("out of the ordinary", "")
    assert page.row("late") == ["late", kit.ASSIGNMENT, "9 of 9", "a note of the grader"]


def test_the_impostor_that_an_answer_behaves_like(report):
    receipts = [
        receipt("a", ["test_the_sum"]),
        receipt("b", ["test_nothing_is_zero"]),
        receipt("c", ["test_nothing_is_zero"]),
        receipt("d", ["test_the_sum", "test_nothing_is_zero"]),
    ]
    page = report(receipts, impostors=IMPOSTORS)
    assert page.row("no zero")[1:] == ["Takes <nothing> for an error.", "1.3 · total", "2", "0"]
    assert page.row("counts them")[3:] == ["1", "0"]
    assert "Of 4 wrong answers that ran to the end, 3 behave exactly like an impostor" in page.words


def test_a_course_without_impostors_has_no_such_section(report):
    assert "impostor" not in report([receipt("a", ["test_the_sum"])]).words


def test_broken_misconceptions_are_told(report):
    with pytest.raises(CourseError, match="misconceptions.json cannot be used"):
        report([receipt("a")], impostors={"total": [{"impostor": "x"}]})


def likeness(failed, known, total=10):
    names = [f"test_{i}" for i in range(total)]
    impostors = [
        {"impostor": n, "sentence": "", "failed": [f"test_{i}" for i in k]} for n, k in known.items()
    ]
    tally = Likeness({"x": impostors})
    checks = {name: int(name[5:]) not in failed for name in names}
    score = {"cause": "failed check", "checks": checks}
    tally.add(Exercise("lesson", "x"), {"x-basics": score})
    return {tuple(i["impostor"] for i in tally.known["x"][k[2]]): n for k, n in tally.groups.items()}


def test_equal_sets_are_exact_and_impostors_that_cannot_be_told_apart_stand_together():
    known = {"a": range(5), "b": range(5), "c": range(6)}
    assert likeness(range(5), known) == {("a", "b"): [1, 0]}


def test_the_nearest_set_counts_from_four_fifths_on():
    assert likeness(range(4), {"a": range(5), "b": range(6)}) == {("a",): [0, 1]}
    assert likeness(range(3), {"a": range(5)}) == {}
    assert likeness([0, 1, 2, 3], {"a": range(5), "b": [0, 1, 2, 3, 9]}) == {
        ("a",): [0, 1],
        ("b",): [0, 1],
    }


def test_what_fails_everything_is_nearly_like_nothing():
    assert likeness(range(10), {"a": range(9)}) == {}
    assert likeness(range(10), {"a": range(10)}) == {("a",): [1, 0]}


def test_an_answer_that_did_not_run_to_the_end_is_not_compared():
    tally = Likeness(IMPOSTORS)
    for cause in ("error", "time limit", "not attempted"):
        tests = receipt("a", ["test_the_sum"], {"total-details": cause})["exercises"]["total"]
        tally.add(Exercise("lesson", "total"), tests)
    assert (tally.answers, dict(tally.groups)) == (0, {})


def test_every_chart_has_words_and_every_table_a_caption(report):
    page = report([receipt("a", ["test_the_sum"]), receipt("b")], impostors=IMPOSTORS)
    alts = [value for tag, name, value in page.attributes if (tag, name) == ("img", "alt")]
    assert len(alts) == page.tags.count("img") == 5
    assert all(len(alt) > 40 for alt in alts)
    assert "from 50 % in 1.3 · total to 100 % in 1.1 · double" in alts[1]
    assert page.tags.count("caption") == page.tags.count("table") >= 5
    scopes = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    assert len(scopes) == page.tags.count("th") and set(scopes) == {"col", "row"}
    headings = [tag for tag in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert headings == ["h1"] + ["h2"] * (len(headings) - 1)
    targets = {v.removeprefix("#") for tag, name, v in page.attributes if (tag, name) == ("a", "href")}
    assert targets == {value for tag, name, value in page.attributes if (tag, name) == ("h2", "id")}


def test_nothing_on_the_page_acts_or_loads(report):
    causes = {"double-basics": NASTY}
    page = report([receipt(NASTY, (), causes, notes=[NASTY], walls=NASTY)], impostors=IMPOSTORS)
    assert not {"script", "iframe", "object", "embed", "form", "input", "svg", "link"} & set(page.tags)
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        if name == "src":
            assert base64.b64decode(value.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
        if name == "href":
            assert value.startswith("#")
    policy = next(v for _, name, v in page.attributes if name == "content" and "default-src" in v)
    assert "default-src 'none'" in policy and "script" not in policy
    assert '<script>alert("x")</script>' in page.words  # as text
    assert not set("\x1b\u202e\udce9") & set(page.words)


def test_letters_and_dollars_of_a_foreign_course_are_drawn(course, report):
    notebook = course.root / "source" / kit.ASSIGNMENT / f"{kit.NOTEBOOK}.ipynb"
    text = notebook.read_text().replace("1.3 · total", "価格 in $ and $$ {" + "long " * 40)
    notebook.write_text(text)
    assert "価格 in $ and $$" in report([receipt("a", ["test_the_sum"])]).words


def test_tests_cells_named_otherwise_are_one_bar(report):
    each = receipt("a", ["test_the_sum"])
    each["exercises"]["total"] = {"check_1": each["exercises"]["total"]["total-basics"]}
    each["exercises"]["total"]["check_1"]["checks"] = {}
    page = report([each])
    assert page.row("Exercise", "Points")[2:] == ["All of it", "Not attempted"]
    assert page.row("the cell check_1")[3] == "1 of 1"


def test_nothing_graded_is_a_page_too(course):
    page = write_report(course, {}, []).read_text()
    assert "0 students, nothing graded" in page and "<img" not in page
    only_rows = {kit.ASSIGNMENT: [row(receipt("graded by stock nbgrader"))]}
    assert "1 student, lesson" in write_report(course, only_rows, []).read_text()


def test_the_file_is_touched_only_when_it_changes(report, course):
    report([receipt("a")])
    path = course.root / "report.html"
    first = path.stat().st_mtime_ns, path.read_bytes()
    report([receipt("a")])
    assert (path.stat().st_mtime_ns, path.read_bytes()) == first
    report([receipt("a", ["test_the_sum"])])
    assert path.read_bytes() != first[1]


def test_receipts_are_gathered(course):
    class Recorder:
        def rows(self, assignment):
            return [row(receipt("a")), row(receipt("stock"))]

    folder = course.folder("receipts", "a", kit.ASSIGNMENT)
    folder.mkdir(parents=True)
    (folder / f"{kit.NOTEBOOK}.json").write_text(json.dumps(receipt("a")))
    (folder / "broken.json").write_text("{")
    rows, receipts = gather(course, Recorder())
    assert [r["student"] for r in rows[kit.ASSIGNMENT]] == ["a", "stock"]
    assert receipts == [receipt("a")]


# ------------------------------------------------------------------ lessons/misconceptions.json


def test_the_misconceptions_are_of_the_impostors_that_there_are():
    found = misconceptions.committed()
    assert list(found) == list(workbench.all_exercises())
    for slug, exercise in workbench.all_exercises().items():
        wanted = [c for c in misconceptions.candidates(exercise) if c.kind == "impostor"]
        assert [(i["impostor"], i["sentence"]) for i in found[slug]] == [
            (c.name, c.says) for c in wanted
        ]
        tests = "\n".join(exercise.tests)
        for impostor in found[slug]:
            assert impostor["failed"] and len(set(impostor["failed"])) == len(impostor["failed"])
            assert all(f"def {name}(" in tests for name in impostor["failed"])


@pytest.mark.parametrize("slug", ["cookies", "compression"])
def test_the_misconceptions_are_up_to_date(slug):
    exercise = workbench.all_exercises()[slug]
    assert misconceptions.committed()[slug] == misconceptions.misconceptions(exercise), (
        "lessons/misconceptions.json is stale: run `python -m tests.gallery.misconceptions`"
    )
