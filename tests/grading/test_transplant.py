"""Everything but the answers is the instructor's."""

from tests.grading.kit import HIDDEN_LINE, SOLUTIONS
from webcourse.grading.intake import Extra
from webcourse.grading.transplant import transplant


def order(plan):
    return [step.name for step in plan.steps]


def test_given_answers_and_tests_run_and_demonstrations_do_not(master):
    plan = transplant(master, SOLUTIONS)
    assert order(plan) == ["setup", *[f"{s}{part}" for s in SOLUTIONS for part in ("", "-basics", "-details")]]
    assert plan.blank == set() and not plan.untouched


def test_the_answers_are_the_students_and_the_tests_the_masters(master):
    plan = transplant(master, SOLUTIONS)
    sources = {step.name: step.source for step in plan.steps}
    assert sources["greet"] == SOLUTIONS["greet"]
    assert HIDDEN_LINE in sources["greet-details"]
    assert len(plan.notebook.cells) == len(master.notebook.cells)


def test_the_master_stays_as_it_is(master):
    before = str(master.notebook)
    transplant(master, SOLUTIONS, [Extra(1, "x = 1")])
    assert str(master.notebook) == before


def test_what_is_missing_is_the_starter(master):
    plan = transplant(master, {"greet": "  ", "double": master.starters["double"] + "\n"})
    assert plan.blank == set(SOLUTIONS)
    assert plan.untouched
    sources = {step.name: step.source for step in plan.steps}
    assert "NotImplementedError" in sources["greet"]


def test_extra_cells_run_where_they_stand(master):
    place = master.positions["setup"]
    plan = transplant(master, SOLUTIONS, [Extra(-1, "a"), Extra(place, "b"), Extra(place, "c"), Extra(99, "lost")])
    assert order(plan)[:5] == ["extra-1", "setup", "extra-2", "extra-3", "double"]
    assert "extra-4" not in order(plan)


def test_an_answer_in_a_cell_of_its_own_comes_after_the_starter(master):
    before = master.positions["greet"] - 1
    answered = transplant(master, SOLUTIONS, [Extra(before, "helper = 1")])
    blank = transplant(master, {}, [Extra(before, SOLUTIONS["greet"])])
    assert order(answered).index("extra-1") < order(answered).index("greet")
    assert order(blank).index("greet") < order(blank).index("extra-1") < order(blank).index("greet-basics")
    assert next(step for step in blank.steps if step.name == "extra-1").exercise == "greet"
