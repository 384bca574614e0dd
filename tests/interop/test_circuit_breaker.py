"""The breaker against a model of its states (Hypothesis), and in front of a real server that dies."""

import asyncio
import types

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from webcourse.lab.clock import virtual_time

THRESHOLD, RECOVERY = 3, 10


LIMITS = settings(
    max_examples=60,
    stateful_step_count=25,
    phases=[Phase.generate],  # shrinking takes a minute; by hand, where it is needed
    deadline=None,
    derandomize=True,
    database=None,
)


class Failed(Exception):
    pass


@types.coroutine
def suspended():
    """Stops the coroutine that awaits it, until a test sends or throws something in."""
    return (yield)


async def upstream():
    return await suspended()


class Model:
    """What the table of the statement says, with the calls numbered and the openings as a list."""

    def __init__(self):
        self.state, self.count, self.until, self.openings = "CLOSED", 0, None, 0
        self.under_way = {}  # number of a call -> how many openings there were before it

    def admits(self, number, now):
        if self.state == "HALF_OPEN" or (self.state == "OPEN" and now < self.until):
            return False
        if self.state == "OPEN":
            self.state = "HALF_OPEN"
        self.under_way[number] = self.openings
        return True

    def ends(self, number, end, now):
        if self.under_way.pop(number) != self.openings:
            return
        probe = self.state == "HALF_OPEN"
        if end == "success":
            self.state, self.count = "CLOSED", 0
        elif end == "cancelled":
            self.state = "OPEN" if probe else self.state
        else:
            self.count += 1
            if probe or self.count >= THRESHOLD:
                self.state, self.until = "OPEN", now + RECOVERY
                self.openings += 1


def machine(breaker_class, refusal):
    class Breaker(RuleBasedStateMachine):
        """Calls begin, end and overlap in any order; a coroutine is driven by hand, step by step."""

        def __init__(self):
            super().__init__()
            self._time = virtual_time(start=0)
            self.clock = self._time.__enter__()
            self.breaker = breaker_class(THRESHOLD, RECOVERY)
            self.model, self.calls, self.number = Model(), {}, 0

        def teardown(self):
            for call in self.calls.values():
                call.close()
            self._time.__exit__(None, None, None)

        @rule(seconds=st.integers(1, 12))
        def wait(self, seconds):
            self.clock.advance(seconds + 0.5)  # half a second: never on the limit itself

        @rule()
        def begin(self):
            call = self.breaker.call(upstream)
            self.number += 1
            admitted = self.model.admits(self.number, self.clock.elapsed)
            try:
                call.send(None)
            except refusal as error:
                assert not admitted
                assert str(error) == "Circuit OPEN"
            else:
                assert admitted
                self.calls[self.number] = call

        @precondition(lambda self: self.calls)
        @rule(data=st.data(), end=st.sampled_from(["success", "failure", "failure", "cancelled"]))
        def end(self, data, end):
            number = data.draw(st.sampled_from(sorted(self.calls)))
            call = self.calls.pop(number)
            self.model.ends(number, end, self.clock.elapsed)
            try:
                if end == "success":
                    call.send(number)
                else:
                    call.throw(Failed(number) if end == "failure" else asyncio.CancelledError())
            except StopIteration as stop:
                assert (end, stop.value) == ("success", number)
            except Failed as error:
                assert (end, error.args) == ("failure", (number,))
            except asyncio.CancelledError:
                assert end == "cancelled"

        @invariant()
        def agrees(self):
            assert (self.breaker.state, self.breaker.failure_count) == (self.model.state, self.model.count)

    return Breaker


def test_the_breaker_agrees_with_the_model(answer):
    names = answer("circuit-breaker")
    checked = machine(names["CircuitBreaker"], names["CircuitOpenError"])
    run_state_machine_as_test(checked, settings=LIMITS)


def test_the_model_catches_a_breaker_that_counts_late_results(answer):
    names = answer("circuit-breaker")

    class Naive(names["CircuitBreaker"]):
        async def call(self, fn):
            self._admit()
            try:
                result = await fn()
            except Exception:
                self._on_failure()
                raise
            self._on_success()
            return result

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(Naive, names["CircuitOpenError"]), settings=LIMITS)


def test_a_server_that_dies_and_comes_back_on_real_sockets(answer):
    """Refused connections open the breaker; a crowd waits for the server, and one of it looks."""
    names = answer("circuit-breaker")
    accepted = 0

    async def serve(reader, writer):
        nonlocal accepted
        accepted += 1
        await asyncio.sleep(0.02)
        writer.write(b"OK")
        writer.close()

    async def ask(address):
        reader, writer = await asyncio.open_connection(*address)
        try:
            return await reader.read()
        finally:
            writer.close()

    async def life():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        patient, quick = names["CircuitBreaker"](3, 3600), names["CircuitBreaker"](3, 0.05)
        assert await quick.call(ask, address) == b"OK"
        server.close()
        await server.wait_closed()
        for breaker in [patient, quick] * 3:
            with pytest.raises(ConnectionError):
                await breaker.call(ask, address)
        server = await asyncio.start_server(serve, *address)
        await asyncio.sleep(0.06)
        for _ in range(100):
            with pytest.raises(names["CircuitOpenError"]):
                await patient.call(ask, address)
        ends = await asyncio.gather(*[quick.call(ask, address) for _ in range(20)], return_exceptions=True)
        server.close()
        return ends.count(b"OK"), patient.state, quick.state

    assert asyncio.run(life()) == (1, "OPEN", "CLOSED")
    assert accepted == 2
