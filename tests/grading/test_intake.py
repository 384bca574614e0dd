"""Any file comes through intake: as answers, or as a reason."""

import json
import os

import nbformat
import pytest

from tests.grading.kit import ASSIGNMENT, NOTEBOOK, SOLUTIONS, code, hand_in, submission
from webcourse.grading import intake
from webcourse.grading.intake import collect, take_in


@pytest.fixture
def take(course, master):
    """Hand in one file and take it in."""

    def take(content=None, name=f"{NOTEBOOK}.ipynb", student="alice"):
        if content is not None:
            hand_in(course, student, content, name)
        return take_in(collect(course.submitted / student / ASSIGNMENT), master)

    return take


def names(cells, *without):
    return [
        cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") not in without
    ]


def test_answers_are_taken_by_name(take):
    taken = take(submission(SOLUTIONS))
    assert taken.answers == SOLUTIONS
    assert (taken.extras, taken.notes, taken.problem) == ([], [], "")


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "no JSON"),
        (json.dumps(submission(SOLUTIONS))[:-400], "no JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no JSON"),
        (b"PK\x03\x04", "no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
        (b"null", "no cells"),
        (b"[]", "no cells"),
        (b'{"cells": 3}', "no cells"),
        (b'{"cells": []}', "no cells"),
        (b'{"cells": [1, null, "x"]}', "no cells"),
        (b'{"worksheets": 7}', "no cells"),
        (b'{"worksheets": [null, {"cells": "x"}]}', "no cells"),
        (b"9" * 10_000, "no"),
        (b'{"cells": [{}]}', "another notebook"),
        (b'{"cells": [{"cell_type": "code", "metadata": [], "source": 3}]}', "another notebook"),
        (json.dumps({"cells": [code("print(1)")]}), "another notebook"),
    ],
)
def test_a_file_that_is_no_notebook_of_ours_is_a_reason(take, content, reason):
    taken = take(content)
    assert reason in taken.problem
    assert NOTEBOOK in taken.problem


def test_a_folder_without_a_notebook_is_a_reason(take, course):
    (course.submitted / "alice" / ASSIGNMENT).mkdir(parents=True)
    assert take().problem == f"there is no notebook {NOTEBOOK}.ipynb"


def test_a_large_file_is_not_read(take, course):
    path = hand_in(course, "alice", b"{")
    os.truncate(path, 100_000_000)
    assert "larger than 20 MB" in take().problem


@pytest.mark.parametrize("kind", ["file", "folder", "pipe", "directory"])
def test_links_and_what_is_no_file_are_refused(take, course, kind, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / f"{NOTEBOOK}.ipynb").write_text(json.dumps(submission(SOLUTIONS)))
    folder = course.submitted / "alice" / ASSIGNMENT
    folder.parent.mkdir()
    if kind == "folder":
        folder.symlink_to(outside)
    else:
        folder.mkdir()
        path = folder / f"{NOTEBOOK}.ipynb"
        make = {
            "file": lambda: path.symlink_to(outside / path.name),
            "pipe": lambda: os.mkfifo(path),
            "directory": path.mkdir,
        }
        make[kind]()
    taken = take()
    assert taken.answers == {}
    assert (
        ("link" in taken.problem)
        if kind in ("file", "folder")
        else ("not a regular file" in taken.problem)
    )


def test_a_link_within_the_way_is_refused(course, master, tmp_path):
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner" / "x.ipynb").write_text("{}")
    folder = course.submitted / "alice"
    folder.mkdir()
    (folder / "way").symlink_to(outside)
    with pytest.raises(intake.Unreadable, match="link"):
        intake.read_bytes(folder, "way/inner/x.ipynb")


def test_an_unreadable_file_is_a_reason(take, course, monkeypatch):
    hand_in(course, "alice", submission(SOLUTIONS))

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    real = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *a, **k: refuse() if str(path).endswith(".ipynb") else real(path, *a, **k),
    )
    assert "Permission denied" in take().problem


def test_the_old_format_is_read(take):
    notebook = submission(SOLUTIONS)
    old = nbformat.convert(nbformat.from_dict(notebook), 3)
    assert take(json.dumps(old)).answers == SOLUTIONS


def test_lists_of_lines_windows_line_ends_and_a_byte_order_mark_are_read(take):
    notebook = submission(SOLUTIONS)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n").splitlines(True)
    assert take(b"\xef\xbb\xbf" + json.dumps(notebook).encode()).answers == SOLUTIONS


def test_surrogates_nul_bytes_and_nan_do_no_harm(take):
    answer = 'def greet(name):\n    return "\udcff\0"'
    notebook = submission({**SOLUTIONS, "greet": answer})
    notebook["metadata"]["x"] = float("nan")
    taken = take(json.dumps(notebook))
    taken.answers["greet"].encode()
    assert taken.answers["greet"] == 'def greet(name):\n    return "?"'


def test_a_notebook_with_another_name_is_taken_with_a_note(take):
    taken = take(submission(SOLUTIONS), name="homework (1).ipynb")
    assert taken.answers == SOLUTIONS
    assert "homework (1).ipynb" in taken.notes[0]


def test_a_notebook_in_a_folder_within_the_folder_is_taken(take):
    assert take(submission(SOLUTIONS), name="hand-in/copy.ipynb").answers == SOLUTIONS


def test_of_several_notebooks_the_best_match_is_taken(take, course):
    hand_in(course, "alice", {"cells": [code("print(1)")]}, "other.ipynb")
    hand_in(
        course, "alice", submission(SOLUTIONS, cells=lambda cells: names(cells, "total")), "part.ipynb"
    )
    taken = take(submission(SOLUTIONS), name="whole.ipynb")
    assert taken.answers == SOLUTIONS


def test_the_right_name_wins_over_better_matches_but_not_when_it_is_broken(take, course):
    hand_in(course, "alice", submission(SOLUTIONS), "backup.ipynb")
    part = submission(SOLUTIONS, cells=lambda cells: names(cells, "total"))
    assert sorted(take(part).answers) == ["double", "greet"]
    taken = take("{")
    assert taken.answers == SOLUTIONS and "backup.ipynb" in taken.notes[0]


def test_the_first_copy_of_an_answer_counts(take):
    def twice(cells):
        copy = code("def greet(name):\n    return 'second'", nbgrader={"grade_id": "greet"})
        return [*cells, copy]

    taken = take(submission(SOLUTIONS, cells=twice))
    assert taken.answers == SOLUTIONS
    assert "greet" in taken.notes[0] and "more than once" in taken.notes[0]


def test_an_untouched_starter_does_not_count_as_the_first_copy(take):
    def twice(cells):
        return [*cells, code(SOLUTIONS["greet"], nbgrader={"grade_id": "greet"})]

    assert take(submission({}, cells=twice)).answers["greet"] == SOLUTIONS["greet"]


def test_cells_that_became_text_still_count(take):
    def retype(cells):
        for cell in cells:
            cell["cell_type"] = "markdown"
        return cells

    assert take(submission(SOLUTIONS, cells=retype)).answers == SOLUTIONS


def test_tests_tags_and_kernels_of_the_submission_are_left_behind(take):
    def tamper(cells):
        for cell in cells:
            cell["metadata"]["tags"] = ["skip-execution"]
            if "test" in "".join(cell["source"]):
                cell["source"] = "pass"
        return cells

    notebook = submission(SOLUTIONS, cells=tamper)
    notebook["metadata"]["kernelspec"] = {"name": "julia"}
    taken = take(notebook)
    assert (taken.answers, taken.extras) == (SOLUTIONS, [])


def test_missing_answers_are_told(take):
    taken = take(submission(SOLUTIONS, cells=lambda cells: names(cells, "greet")))
    assert "greet" not in taken.answers
    assert "missing answer cells: greet" in taken.notes


def test_extra_cells_follow_the_cell_they_followed(take, master):
    def add(cells):
        at = next(i for i, cell in enumerate(cells) if cell.get("id") == "demo-double")
        return [code("first = 1"), *cells[: at + 1], code("mine = 2"), *cells[at + 1 :]]

    first, mine = take(submission(SOLUTIONS, cells=add)).extras
    assert (first.after, first.source) == (-1, "first = 1")
    assert master.notebook.cells[mine.after].id == "demo-double"


def test_a_cell_equal_to_one_of_ours_is_no_extra_cell(take):
    def strip(cells):
        for cell in cells:
            if cell["metadata"].get("nbgrader", {}).get("locked"):
                cell["metadata"] = {}
        return cells

    assert take(submission(SOLUTIONS, cells=strip)).extras == []


def test_a_notebook_without_any_metadata_is_still_ours(take):
    def strip(cells):
        return [{**cell, "metadata": {}} for cell in cells]

    taken = take(submission(SOLUTIONS, cells=strip))
    assert not taken.problem
    assert [extra.source for extra in taken.extras] == list(SOLUTIONS.values())


def test_too_much_text_is_left_out(take):
    def add(cells):
        return [*cells, code("x = 1"), code("#" * (intake.EXTRA_LIMIT + 1)), code("y = 2")]

    answers = {**SOLUTIONS, "greet": "#" * (intake.ANSWER_LIMIT + 1)}
    taken = take(submission(answers, cells=add))
    assert [extra.source for extra in taken.extras] == ["x = 1"]
    assert "NotImplementedError" in taken.answers["greet"]
    assert len(taken.notes) == 2


def test_the_digest_follows_the_content(take, course):
    def digest():
        return collect(course.submitted / "alice" / ASSIGNMENT).digest

    take(submission(SOLUTIONS))
    first = digest()
    assert digest() == first
    take(submission())
    assert digest() != first


def test_a_notebook_of_another_lesson_is_told(take):
    cells = [
        code("from webcourse import lab", nbgrader={"grade_id": "setup"}),
        code("x", nbgrader={"grade_id": "router"}),
    ]
    assert "another notebook" in take({"cells": cells}).problem
