"""Everything but the answers is the instructor's."""

from tests.grading.kit import HIDDEN_LINE, SOLUTIONS
from webcourse.grading.intake import Extra, Intake
from webcourse.grading.transplant import transplant


def order(plan):
    return [step.name for step in plan.steps]


def test_given_answers_and_tests_run_and_demonstrations_do_not(master):
    plan = transplant(master, Intake(SOLUTIONS))
    assert order(plan) == [
        "setup",
        *[f"{s}{part}" for s in SOLUTIONS for part in ("", "-basics", "-details")],
    ]
    assert plan.blank == set() and not plan.untouched


def test_the_answers_are_the_students_and_the_tests_the_masters(master):
    plan = transplant(master, Intake(SOLUTIONS))
    sources = {step.name: step.source for step in plan.steps}
    assert sources["greet"] == SOLUTIONS["greet"]
    assert HIDDEN_LINE in sources["greet-details"]
    assert len(plan.notebook.cells) == len(master.notebook.cells)


def test_the_master_stays_as_it_is(master):
    before = str(master.notebook)
    transplant(master, Intake(SOLUTIONS, [Extra(1, "x = 1")]))
    assert str(master.notebook) == before


def test_what_is_missing_is_the_starter(master):
    plan = transplant(master, Intake({"greet": "  ", "double": master.starters["double"] + "\n"}))
    assert plan.blank == set(SOLUTIONS)
    assert plan.untouched
    sources = {step.name: step.source for step in plan.steps}
    assert "NotImplementedError" in sources["greet"]


def test_extra_cells_run_where_they_stand(master):
    place = master.positions["setup"]
    extras = [Extra(-1, "a"), Extra(place, "b"), Extra(place, "c"), Extra(99, "lost")]
    plan = transplant(master, Intake(SOLUTIONS, extras))
    assert order(plan)[:5] == ["extra-1", "setup", "extra-2", "extra-3", "double"]
    assert "extra-4" not in order(plan)


def test_a_starter_does_not_run_where_a_cell_of_the_students_own_may_hold_the_answer(master):
    at = master.positions
    own = Extra(at["greet"] - 1, SOLUTIONS["greet"], before=at["greet-basics"])
    answered, blank = transplant(master, Intake(SOLUTIONS, [own])), transplant(master, Intake({}, [own]))
    assert order(answered).index("extra-1") < order(answered).index("greet")
    assert "greet" not in order(blank) and "double" in order(blank)
    assert blank.blank == {"double", "total"}
    assert next(step for step in blank.steps if step.name == "extra-1").exercise == "greet"


def test_where_cells_are_missing_an_extra_cell_may_hold_any_of_the_answers_there(master):
    at = master.positions
    plan = transplant(master, Intake({}, [Extra(at["double"], "x = 1", before=at["total"])]))
    assert plan.blank == set()


def test_an_extra_cell_between_two_tests_cells_belongs_to_no_exercise(master):
    at = master.positions
    plan = transplant(master, Intake({}, [Extra(at["greet-basics"], "x = 1", before=at["greet-details"])]))
    assert plan.blank == set(SOLUTIONS)
    assert order(plan).index("extra-1") == order(plan).index("greet-basics") + 1
