"""The cache behind uvicorn with clients that give up, and under cancellations made up by Hypothesis."""

import asyncio
import json
import subprocess
import sys
import time

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

SECONDS = 20
TICK = 0.001


@pytest.fixture(scope="module")
def names(answer):
    return answer("idempotency")


calls = st.lists(
    st.tuples(
        st.integers(0, 12),  # comes
        st.sampled_from("ab"),  # its key
        st.sampled_from([1, 1, 1, 2]),  # its argument
        st.none() | st.integers(0, 14),  # is cancelled
    ),
    max_size=16,
)
runs = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["returns", "raises", "cancels"])), min_size=1
)


@settings(max_examples=150, deadline=None)
@given(calls, runs, st.integers(1, 6))
def test_one_execution_for_each_key(names, calls, runs, ttl):
    """Times are whole ticks; the ttl is half a tick more, so that nothing depends on its very moment."""
    history = {"a": [], "b": []}  # of [argument, number, ended, how]

    async def handler(key, argument):
        loop = asyncio.get_running_loop()
        past = history[key]
        if past:  # nobody else is under way, or kept
            _, _, ended, how = past[-1]
            assert ended is not None
            assert how != "returns" or loop.time() >= ended + ttl_seconds
        number = sum(map(len, history.values()))
        ticks, how = runs[number % len(runs)]
        past.append([argument, number, None, how])
        run = past[-1]
        await asyncio.sleep(ticks * TICK)
        run[2] = loop.time()
        if how == "raises":
            raise ConnectionError(number)
        if how == "cancels":
            raise asyncio.CancelledError
        return {"run": number}

    ttl_seconds = (ttl + 0.5) * TICK

    async def call(cache, at, key, argument, _):
        await asyncio.sleep(at * TICK)
        result, was_cached = await cache.execute(key, handler, key, argument)
        mine = history[key][-1]
        assert mine[0] == argument and mine[3] == "returns"
        assert result == {"run": mine[1]}
        result["run"] = "changed"
        return was_cached

    async def scenario():
        loop = asyncio.get_running_loop()
        cache = names["IdempotencyCache"](ttl_seconds)
        tasks = [asyncio.create_task(call(cache, *each)) for each in calls]
        for task, (*_, at) in zip(tasks, calls, strict=True):
            if at is not None:
                loop.call_later(at * TICK, task.cancel)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        allowed = (bool, ConnectionError, asyncio.CancelledError, names["IdempotencyKeyReused"])
        assert all(isinstance(end, allowed) for end in ends), ends
        await asyncio.sleep(0.1)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert all(run[2] is not None for past in history.values() for run in past)  # none was cut short
        assert ends.count(False) <= sum(map(len, history.values()))
        try:
            await cache.execute("c", handler_of_c)
        finally:
            kept = [key for key in cache._entries if key != "c"]
            assert kept == []

    async def handler_of_c():
        return None

    with lab.virtual_time():
        asyncio.run(scenario())


class Payments:
    """An ASGI app: POST / charges the amount in the body, once for each Idempotency-Key."""

    def __init__(self, names):
        self.names, self.cache, self.ledger = names, names["IdempotencyCache"](), []

    async def charge(self, amount):
        self.ledger.append(amount)
        await asyncio.sleep(0.3)
        return {"charged": amount, "number": len(self.ledger)}

    async def pay(self, scope, receive):
        key = dict(scope["headers"])[b"idempotency-key"].decode()
        amount = json.loads((await receive())["body"])
        work = asyncio.ensure_future(self.cache.execute(key, self.charge, amount))
        leaves = asyncio.ensure_future(receive())  # the next message says that the client has left
        await asyncio.wait([work, leaves], return_when=asyncio.FIRST_COMPLETED)
        leaves.cancel()
        work.cancel()  # no effect if it is done
        try:
            return 201, await work
        except self.names["IdempotencyKeyReused"]:
            return 422, None

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            status, answer = await self.pay(scope, receive)
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def test_a_client_that_gives_up_and_retries_pays_once(names):
    payments = Payments(names)
    with lab.serve(payments) as url, httpx.Client(base_url=url, trust_env=False) as client:

        def pay(key, amount, timeout):
            return client.post("/", json=amount, headers={"Idempotency-Key": key}, timeout=timeout)

        with pytest.raises(httpx.ReadTimeout):
            pay("req-abc", 5, 0.1)
        answers = [pay("req-abc", 5, SECONDS).json() for _ in range(2)]
        assert pay("req-abc", 6, SECONDS).status_code == 422
        assert pay("req-xyz", 7, SECONDS).json()[0]["charged"] == 7
    assert answers == [[{"charged": 5, "number": 1}, True]] * 2
    assert payments.ledger == [5, 7]


def test_expired_keys_do_not_pile_up(names):
    """A day of payments holds no more memory than a minute of them."""

    async def scenario():
        cache = names["IdempotencyCache"](ttl=60)
        most = 0
        for n in range(5000):
            await cache.execute(f"req-{n}", asyncio.sleep, 0, n)
            await asyncio.sleep(1)
            most = max(most, len(cache._entries))
        return most

    start = time.process_time()
    with lab.virtual_time(budget=10_000):
        assert asyncio.run(scenario()) <= 62
    assert time.process_time() - start < SECONDS


NOTEBOOK = """
import nest_asyncio2
{given}
{solution}
nest_asyncio2.apply()
network, cache = CardNetwork(), IdempotencyCache()  # in a cell, outside of any coroutine

async def pay():
    leader = asyncio.ensure_future(cache.execute("req-1", network.charge_card, 5))
    await asyncio.sleep(0)
    leader.cancel()
    return (await cache.execute("req-1", network.charge_card, 5))[0]["tx_id"]

async def kernel():
    print(asyncio.run(pay()), asyncio.run(pay()))  # as two cells do, inside the kernel's loop

asyncio.run(kernel())
"""


def test_the_cache_works_with_the_tasks_of_a_notebook():
    """nest-asyncio2 replaces the tasks of asyncio by those written in Python."""
    from tests.gallery import workbench

    exercise = workbench.all_exercises()["idempotency"]
    given = next(source for source in exercise.given if "class CardNetwork" in source)
    program = NOTEBOOK.format(given=given, solution=exercise.solution)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout.split() == ["tx_1", "tx_1"], run.stderr


def test_a_result_outlives_its_loop(names):
    """A notebook calls `asyncio.run` in one cell after another, a script too."""
    network, cache = names["CardNetwork"](), names["IdempotencyCache"]()
    answers = [asyncio.run(cache.execute("req-1", network.charge_card, 5)) for _ in range(2)]
    assert answers == [({"charged": 5, "tx_id": "tx_1"}, False), ({"charged": 5, "tx_id": "tx_1"}, True)]
