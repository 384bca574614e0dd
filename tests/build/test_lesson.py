"""Lessons are read into cells that know their line, and exercises that know their parts."""

import pytest

from webcourse.build.lesson import LessonError, exercises, parse, read

from .conftest import LESSON


def test_every_cell_stands_where_it_says(lesson):
    lines = LESSON.read_text(encoding="utf-8").split("\n")
    for cell in lesson.cells:
        source = cell.source.split("\n")
        assert lines[cell.line - 1 : cell.line - 1 + len(source)] == source


def test_front_matter_is_taken_off(lesson):
    assert (lesson.title, lesson.assignment, lesson.name) == (
        "Status lines",
        "status-lines",
        "1_status_lines",
    )
    assert lesson.cells[0].source.startswith("# 1 · Status lines")


def test_roles_names_points_and_tags(lesson):
    graded = [(cell.role, cell.name, cell.points) for cell in lesson.cells if cell.role]
    assert graded == [
        ("given", "setup", None),
        ("given", "status-samples", None),
        ("exercise", "status-line", None),
        ("tests", "status-line-basics", 2),
        ("tests", "status-line-details", 1),
    ]
    assert [cell.tags for cell in lesson.cells if cell.tags] == [("real-time",)]


def test_a_fragment_may_begin_with_a_rule():
    fragment = parse("---\n## 1.1 · A: b\n\nwords\n\n---\n\nmore\n\n```python\nx\n```\n", "x.md")
    assert (fragment.title, fragment.assignment) == ("", "")
    assert [(cell.kind, cell.line) for cell in fragment.cells] == [("markdown", 1), ("code", 11)]


def test_a_fence_may_hold_shorter_fences():
    cells = parse('````python given="x"\nx = """\n```\n"""\n````\n', "x.md").cells
    assert [cell.source for cell in cells] == ['x = """\n```\n"""']


def test_an_exercise_knows_its_parts(lesson):
    (exercise,) = exercises(lesson)
    assert (exercise.number, exercise.title, exercise.slug) == (
        "1.1", "The status line: how did it go", "status-line",
    )  # fmt: skip
    assert (exercise.difficulty, exercise.minutes, exercise.points) == ("Easy", 10, 3)
    assert exercise.topics == ("HTTP/1.1", "RFC 9112")
    assert exercise.cell.name == "status-line"
    assert [cell.name for cell in exercise.tests] == ["status-line-basics", "status-line-details"]
    assert [hint.title for hint in exercise.hints] == [
        "Hint 1: where to start", "Hint 2: the shape of the answer", "Hint 3: nearly the code",
    ]  # fmt: skip
    assert exercise.hints[0].body == "How many blanks part the line into three?"


def test_an_exercise_begins_at_the_last_heading_of_its_cell():
    text = '# Theme\n\nwords\n\n## 1.2 · A: b\n\n```python exercise="x"\nx\n```\n'
    (exercise,) = exercises(parse(text, "x.md"))
    assert (exercise.number, exercise.line, exercise.difficulty, exercise.hints) == ("1.2", 5, None, ())


FENCE_ATTRIBUTES = 'it takes given="…", exercise="…", tests="…", answer="…", points=… and tags=["…"]'


@pytest.mark.parametrize("text, line", [
    ('```python givn="x"\nx\n```\n', f"1: unknown on a fence line: givn; {FENCE_ATTRIBUTES}"),
    ('words\n\n```python given=x\nx\n```\n', f"3: unknown on a fence line: given=x; {FENCE_ATTRIBUTES}"),
    ('```python given="x" locked\nx\n```\n', f"1: unknown on a fence line: locked; {FENCE_ATTRIBUTES}"),
    ('```python given="x" exercise="y"\nx\n```\n', 
     "1: a cell is given and exercise at once; give it one role"),
    ('```python given="My_cell"\nx\n```\n',
     "1: 'My_cell' names no cell; use small letters, digits and single dashes"),
    ('```python tests="x"\nx\n```\n',
     "1: the tests cell 'x' has no points; add points=… with a whole number"),
    ('```python given="x" points=2\nx\n```\n',
     "1: points on a cell that is not graded; leave them to tests and answer cells"),
    ('```python tags="real-time"\nx\n```\n',
     '1: these tags are no list of different words; write tags=["real-time"]'),
    ('words\n\n```python tags=["a", "a"]\nx\n```\n',
     '3: these tags are no list of different words; write tags=["real-time"]'),
    ('words\n\n```python given="x"\nx\n', "3: this fence is never closed; close it with ```"),
    ('```html\n<b>\n```\n', "1: a html fence would become a cell; show text in a ~~~html fence"),
    ('words\n\n<!-- #region -->\nwords\n\n\nmore\n<!-- #endregion -->\n',
     "3: this text does not fit into a plain cell; "
     "part prose by two blank lines and leave out jupytext's markers"),
    ('---\ntitle: A\nauthor: B\n---\n', "3: unknown front matter 'author'; it has title and assignment"),
    ('---\ntitle: A\n---\n', "1: the front matter has no assignment; add a line 'assignment: …'"),
    ('---\ntitle: A\nassignment: A b\n---\n',
     "1: 'A b' names no assignment; use small letters, digits and single dashes"),
])  # fmt: skip
def test_a_text_that_is_no_lesson_is_refused_in_one_line(text, line):
    with pytest.raises(LessonError) as refusal:
        parse(text, "lessons/x.md")
    assert str(refusal.value) == f"lessons/x.md:{line}"


def test_a_missing_file_and_a_file_that_is_no_text_are_refused(tmp_path):
    (tmp_path / "x.md").write_bytes(b"\xff\xfe")
    for name, reason in [("x.md", "is no UTF-8 text"), ("y.md", "cannot be read")]:
        with pytest.raises(LessonError, match=reason):
            read(tmp_path / name)
