"""The token bucket against exact simulations, in virtual time."""

import itertools
import time
from fractions import Fraction
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

GRAIN = Fraction(1, 10**6)  # a look at the virtual clock costs a microsecond
arrivals = st.lists(st.tuples(st.integers(0, 3000), st.sampled_from("abc")), min_size=1, max_size=60)
capacities = st.integers(1, 6) | st.sampled_from([1.5, 2.25, 7.75])
rates = st.sampled_from([0.125, 0.3, 0.5, 1, 1.7, 2.0, 3, 10.0])


@pytest.fixture(scope="module")
def Limiter(answer):  # noqa: N802
    return answer("token-bucket")["TokenBucketRateLimiter"]


class Simulation:
    """The rules in exact arithmetic."""

    def __init__(self, capacity, rate):
        self.capacity, self.rate = Fraction(capacity), Fraction(rate)
        self.levels, self.seen = {}, {}

    def level(self, key, now):
        level, then = self.levels.get(key, self.capacity), self.seen.get(key, now)
        return min(self.capacity, level + (now - then) * self.rate)

    def note(self, key, now, allowed):
        self.levels[key] = self.level(key, now) - allowed
        self.seen[key] = now


@settings(max_examples=150, deadline=None)
@given(capacity=capacities, rate=rates, gaps=arrivals)
def test_it_is_the_simulation_on_random_arrivals(Limiter, capacity, rate, gaps):
    with lab.virtual_time() as clock:
        limiter, simulation = Limiter(capacity, rate), Simulation(capacity, rate)
        for gap, key in gaps:
            clock.advance(gap / 1000)
            earliest = Fraction(time.monotonic_ns(), 10**9)
            allowed = limiter.is_allowed(key)
            latest = Fraction(time.monotonic_ns(), 10**9)
            least, most = (simulation.level(key, at) for at in (earliest, latest))
            slack = len(gaps) * 2 * GRAIN * Fraction(rate)
            if not least - slack < 1 <= most + slack:  # else either answer is right
                assert allowed == (least >= 1)
            simulation.note(key, latest, allowed)


@settings(max_examples=150, deadline=None)
@given(
    capacity=st.sampled_from([1, 2, 3, 5, 1.5, 4.25]),
    rate=st.sampled_from([0.125, 0.5, 1, 2.0, 4]),
    gaps=st.lists(st.tuples(st.integers(0, 4096), st.sampled_from("ab")), max_size=60),
)
def test_it_is_the_simulation_to_the_last_bit(Limiter, capacity, rate, gaps):
    """With times, capacities and rates that floats hold exactly there is no excuse."""
    simulation, now = Simulation(capacity, rate), Fraction(0)
    with mock.patch.object(time, "monotonic", lambda: float(now)):
        limiter = Limiter(capacity, rate)
        for gap, key in gaps:
            now += Fraction(gap, 1024)
            allowed = limiter.is_allowed(key)
            assert allowed is (simulation.level(key, now) >= 1)
            simulation.note(key, now, allowed)


@settings(max_examples=60, deadline=None)
@given(capacity=capacities, rate=rates, gaps=st.lists(st.integers(0, 800), max_size=60))
def test_no_stretch_of_time_sees_more_than_the_bound(Limiter, capacity, rate, gaps):
    moments = []
    with lab.virtual_time() as clock:
        limiter = Limiter(capacity, rate)
        for gap in gaps:
            clock.advance(gap / 1000)
            if limiter.is_allowed("key"):
                moments.append(time.monotonic())
    for (first, start), (last, end) in itertools.combinations(enumerate(moments), 2):
        assert last - first + 1 <= capacity + rate * (end - start) + 0.01


def test_a_thousand_keys_share_nothing(Limiter):
    limiter = Limiter(1, 0.001)
    assert all(limiter.is_allowed(key) for key in range(1000))
    assert not any(limiter.is_allowed(key) for key in range(1000))
