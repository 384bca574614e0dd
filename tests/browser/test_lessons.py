"""What a student sees in JupyterLab, from the first "Run all cells" to the first green check."""

import re

import pytest

from .page import errors, shown

MOST_LINES = 20  # of an error
GREEN_AT_LEAST = 2  # exercises that are solved here
LOCKED_TEXT = "x = 1"


def roles(cells, role):
    """The cells with a truthy *role* in their nbgrader metadata, by name."""
    found = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return {at["grade_id"]: cell for at, cell in zip(found, cells) if at.get(role)}


# ------------------------------------------------------------------ as handed out


def test_the_expected_charts_are_shown_with_words_before_anything_runs(handed_out):
    """JupyterLab does not trust the notebook yet, and leaves only what is harmless."""
    pictures = [n for n, cell in enumerate(handed_out.cells()) if "'image/png'" in str(cell["outputs"])]
    if not pictures:
        pytest.skip("the small lesson comes without outputs")
    image = handed_out.show(pictures[0]).locator("img")
    assert image.evaluate("image => image.naturalWidth") > 0
    assert image.get_attribute("alt")
    handed_out.screenshot("0-handed-out")


# ------------------------------------------------------------------ blank


def test_run_all_ends_and_leaves_no_cell_behind(opened, lesson):
    cells = [cell for cell in opened.cells() if cell["kind"] == "code"]
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert {cell["state"] for cell in cells} == {"idle"}
    opened.show(0, "start")
    opened.screenshot("1-top")


def test_every_check_is_red_and_says_why(opened):
    checks = roles(opened.cells(), "points")
    assert checks
    for name, cell in checks.items():
        assert [error["ename"] for error in errors(cell)] == ["ChecksFailed"], name
        assert "✗" in shown(cell) and "0 of" in shown(cell), name
    opened.show(next(iter(checks)), "end")
    opened.screenshot("2-red")


def test_no_error_is_long_or_shows_a_library(opened):
    failed = {cell["source"][:60]: shown(cell) for cell in opened.cells() if errors(cell)}
    lengths = {source: len(text.splitlines()) for source, text in failed.items()}
    assert {source: length for source, length in lengths.items() if length > MOST_LINES} == {}
    for library in ("site-packages", "webcourse/lab"):
        assert [source for source, text in failed.items() if library in text] == []


def test_cells_that_are_given_run_without_an_error(opened):
    cells = roles(opened.cells(), "locked")
    for name, cell in cells.items():
        assert "points" in cell["metadata"]["nbgrader"] or not errors(cell), name


def test_what_is_not_written_yet_is_said_in_plain_words(opened):
    unwritten = {
        n: shown(cell)
        for n, cell in enumerate(opened.cells())
        if "nbgrader" not in cell["metadata"] and "NotImplementedError" in shown(cell)
    }
    assert unwritten
    opened.show(next(iter(unwritten)))
    opened.screenshot("3-not-written")
    for text in unwritten.values():
        assert "not written yet" in text and "your code" in text, text


# ------------------------------------------------------------------ locked cells and hints


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_locked_cells_look_locked(opened, dark):
    cells = opened.cells()
    locked, answer = next(iter(roles(cells, "points"))), next(iter(roles(cells, "solution")))
    opened.use_theme(dark)
    own, own_mark = opened.look(answer)
    color, mark = opened.look(locked)
    opened.screenshot("4-locked-dark" if dark else "4-locked")
    assert color != own
    assert (mark, own_mark) == ('"locked"', "none")


def test_typing_does_not_change_a_locked_cell(opened):
    name = next(iter(roles(opened.cells(), "points")))
    before = opened.cells()[opened.index(name)]["source"]
    opened.show(name).locator(".cm-content").click()
    opened.page.keyboard.type(LOCKED_TEXT)
    opened.page.keyboard.press("Backspace")
    opened.page.keyboard.press("Escape")
    assert opened.cells()[opened.index(name)]["source"] == before


def test_hints_open_and_close(opened):
    cells = opened.cells()
    prose = [cell["source"] if cell["kind"] == "markdown" else "" for cell in cells]
    index = next(n for n, text in enumerate(prose) if "<summary>Hint 1" in text)
    hint = opened.show(index).locator("details").first
    assert hint.get_attribute("open") is None
    hint.locator("summary").click()
    assert hint.get_attribute("open") is not None
    opened.screenshot("5-hint")
    hint.locator("summary").click()
    assert hint.get_attribute("open") is None


# ------------------------------------------------------------------ Validate, and the way to green


def validate(opened):
    """Press nbgrader's button and return the text of its dialog."""
    opened.page.get_by_role("button", name="Validate").first.click()
    dialog = opened.page.locator(".jp-Dialog")
    dialog.wait_for(timeout=180_000)
    opened.page.wait_for_timeout(300)
    return dialog


def test_validate_names_the_checks_that_fail(opened):
    dialog = validate(opened)
    text = dialog.inner_text()
    opened.screenshot("6-validate")
    dialog.get_by_role("button").last.click()
    assert "fail" in text.lower()
    assert "✗" in text
    assert "site-packages" not in text and "Traceback (most recent call last)" not in text


def test_right_answers_turn_their_checks_green(opened, lesson):
    answers = [name for name in lesson.solutions if lesson.checks_of(name)][:GREEN_AT_LEAST]
    assert len(answers) == GREEN_AT_LEAST
    for name in answers:
        opened.type_over(name, lesson.solutions[name])
        assert opened.cells()[opened.index(name)]["source"].strip() == lesson.solutions[name].strip()
        assert not errors(opened.run(name))
        for check in lesson.checks_of(name):
            cell = opened.run(check)
            assert errors(cell) == []
            assert "✓" in shown(cell) and "✗" not in shown(cell)
            assert re.search(r"(\d+) of \1 visible checks pass, (\d+) of \2 points", shown(cell))
    opened.show(lesson.checks_of(answers[0])[0], "end")
    opened.screenshot("7-green")
    show_what_follows(opened, lesson, answers)


def show_what_follows(opened, lesson, answers):
    """Run the demonstrations of the solved exercises, and the progress table, for the screenshots."""
    cells = opened.cells()
    start, end = opened.index(answers[0]), opened.index(answers[-1])
    for index, cell in enumerate(cells):
        source = cell["source"]
        is_chart = "lab.charts." in source and start < index < end
        if cell["kind"] == "code" and (is_chart or source.strip() == "lab.progress()"):
            ran = opened.run(index)
            assert not errors(ran) and ran["outputs"], source
            images = opened.show(index).locator("img")
            if is_chart:
                assert all(image.get_attribute("alt") for image in images.all())
            opened.screenshot(f"8-{'chart' if is_chart else 'progress'}-{index}")
