"""A capstone can be solved with any parts, and its spare parts give no other exercise away."""

import pytest

from tests.gallery import workbench
from tests.gallery.candidates import ALTERNATIVES
from webcourse.lab import checks

from .capstones import MINI_FRAMEWORK, PLATFORM

CAPSTONES = MINI_FRAMEWORK, PLATFORM
EXERCISES = [
    (capstone, slug) for capstone in CAPSTONES for slug in sorted(set(capstone.pieces.values()))
]

each_capstone = pytest.mark.parametrize("capstone", CAPSTONES, ids=lambda capstone: capstone.slug)
each_exercise = pytest.mark.parametrize("capstone, slug", EXERCISES, ids=[slug for _, slug in EXERCISES])


@pytest.fixture(scope="module")
def expected():
    """`expected(capstone)`: what its checks see where all parts are spare, as a list."""
    seen = {capstone.slug: capstone.seen(capstone.names(own=False)) for capstone in CAPSTONES}
    return lambda capstone: seen[capstone.slug]


@each_capstone
def test_the_checks_cannot_tell_the_parts_apart(capstone, expected):
    assert capstone.seen(capstone.names(own=True)) == expected(capstone)


@each_exercise
def test_any_piece_may_be_missing(capstone, slug, expected):
    """The others are the student's: parts of both kinds fit together."""
    mixed, spare = capstone.names(own=True), capstone.names(own=False)
    for name in capstone.pieces_of(slug):
        setattr(mixed["parts"], name, getattr(spare["parts"], name))
    assert capstone.seen(mixed) == expected(capstone)


@each_capstone
def test_other_right_pieces_do_as_well(capstone, expected):
    slugs = set(capstone.pieces.values())
    alternatives = {slug: (ALTERNATIVES / f"{slug}.py").read_text() for slug in slugs}
    assert capstone.seen(capstone.names(own=True, answers=alternatives)) == expected(capstone)


@each_exercise
def test_spare_parts_earn_nothing_in_their_exercise(capstone, slug):
    """Even where the rest of the answer is right."""
    exercise, spare = workbench.all_exercises()[slug], capstone.names(own=False)["parts"]
    names = workbench.namespace(exercise, exercise.solution)
    names |= {name: getattr(spare, name) for name in capstone.pieces_of(slug)}
    for source in exercise.tests:
        assert not checks.judge(source, names, "a seed", stop_early=True).passed
