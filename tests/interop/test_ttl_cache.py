"""The cache under random schedules of callers, failures and cancellations, and on a patched loop."""

import asyncio
import gc
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

ENDLESS = 3600
CALLS = st.tuples(
    st.integers(0, 60),  # ticks until it comes
    st.sampled_from("abc"),
    st.sampled_from([0, 1, 2, 3, 7, ENDLESS]),  # ticks of patience
)
FETCHES = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=8)


@pytest.fixture
def make_cache(answer):
    return answer("ttl-cache")["AsyncTTLCache"]


class Watch:
    """Fetches of a random length, some of which fail, and who is fetching."""

    def __init__(self, cache, fetches):
        self.cache, self.fetches = cache, fetches
        self.begun, self.under_way, self.values, self.errors = 0, set(), {}, {}

    async def fetch(self, key):
        assert key not in self.under_way, "two fetches at once for a key"
        self.under_way.add(key)
        ticks, fails = self.fetches[self.begun % len(self.fetches)]
        self.begun += 1
        number = self.begun
        try:
            await asyncio.sleep(ticks)
        finally:
            self.under_way.discard(key)
        if fails:
            self.errors[number] = asyncio.get_running_loop().time()
            raise ConnectionError(number)
        self.values[number] = key, asyncio.get_running_loop().time()
        return number

    async def call(self, at, key, patience):
        await asyncio.sleep(at)
        loop = asyncio.get_running_loop()
        came = loop.time()
        try:
            async with asyncio.timeout(patience) as limit:
                number = await self.cache.get_or_fetch(key, lambda: self.fetch(key))
        except TimeoutError:
            assert limit.expired()
            assert loop.time() - came == pytest.approx(patience, abs=0.01)
            return "cancelled"
        except ConnectionError as error:
            assert self.errors[error.args[0]] >= came, "an old failure"
            return "failed"
        of, done = self.values[number]
        assert of == key
        assert came < done + self.cache.ttl_seconds + 0.01, "an expired value"
        return "served"


@settings(max_examples=120, deadline=None)
@given(st.lists(CALLS, min_size=1, max_size=25), FETCHES, st.sampled_from([0.5, 2.5, 20.5]))
def test_random_schedules(make_cache_once, calls, fetches, ttl):
    logged = []

    async def rush():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, about: logged.append(about["message"]))
        watch = Watch(make_cache_once(ttl), fetches)
        ends = await asyncio.gather(*[watch.call(*each) for each in calls])
        await asyncio.sleep(ENDLESS / 30)
        assert not watch.under_way
        assert len(asyncio.all_tasks()) == 1, "a task is left behind"
        for key in "abc":  # and nothing of it stands in the way
            for _ in range(len(fetches) + 1):
                if await watch.call(0, key, ENDLESS) == "served":
                    break
            else:
                assert all(fails for _, fails in fetches)
        return ends, calls

    with lab.virtual_time(budget=10**6):
        ends, calls = asyncio.run(rush())
    for end, (_, _, patience) in zip(ends, calls, strict=True):
        assert patience != ENDLESS or end in ("served", "failed")
    if all(patience == ENDLESS for _, _, patience in calls):
        assert logged == []


@pytest.fixture(scope="module")
def make_cache_once(answer):
    return answer("ttl-cache")["AsyncTTLCache"]


def test_a_thousand_callers_in_real_time(make_cache):
    fetches = []

    async def fetch():
        fetches.append(1)
        await asyncio.sleep(0.01)
        return "value"

    async def crowd():
        cache = make_cache(ttl_seconds=60)
        tasks = [asyncio.ensure_future(cache.get_or_fetch("key", fetch)) for _ in range(1000)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    ends = asyncio.run(crowd())
    assert len(fetches) == 1
    assert set(ends[1::2]) == {"value"}
    assert {type(end) for end in ends[::2]} == {asyncio.CancelledError}


def test_nothing_grows_while_keys_come_and_go(make_cache):
    class Value:
        alive = 0

        def __init__(self):
            Value.alive += 1

        def __del__(self):
            Value.alive -= 1

    async def fetch():
        await asyncio.sleep(0)
        return Value()

    async def visits():
        cache, most = make_cache(ttl_seconds=1), 0
        for number in range(2000):
            await cache.get_or_fetch(number, fetch)
            await asyncio.sleep(0.1)
            most = max(most, Value.alive)
        return most

    with lab.virtual_time():
        most = asyncio.run(visits())
    gc.collect()
    assert most <= 20


def test_a_cache_serves_one_run_after_another(make_cache):
    """Each `asyncio.run` has a loop of its own; what one kept, the next one finds."""
    fetches = []

    async def fetch():
        fetches.append(1)
        await asyncio.sleep(0)
        return len(fetches)

    cache = make_cache(ttl_seconds=60)
    assert [asyncio.run(cache.get_or_fetch("key", fetch)) for _ in range(3)] == [1, 1, 1]


def test_a_fetch_that_ends_with_its_loop_leaves_nothing(make_cache):
    async def hang():
        await asyncio.sleep(ENDLESS)

    async def leave(cache):
        task = asyncio.ensure_future(cache.get_or_fetch("key", hang))
        await asyncio.sleep(0)
        task.cancel()

    async def fetch():
        return "value"

    cache = make_cache()
    asyncio.run(leave(cache))
    assert asyncio.run(cache.get_or_fetch("key", fetch)) == "value"


NOTEBOOK = """
import asyncio, time
import nest_asyncio2
{solution}
nest_asyncio2.apply()
cache, fetches = AsyncTTLCache(60), []

async def fetch():
    fetches.append(1)
    await asyncio.sleep(0.001)
    return "value"

async def calls():
    tasks = [asyncio.ensure_future(cache.get_or_fetch("key", fetch)) for _ in range(9)]
    await asyncio.sleep(0)
    for task in tasks[:5]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return tasks[-1].result()

async def kernel():
    print(asyncio.run(calls()), len(fetches))  # as a cell does, inside the kernel's loop

asyncio.run(kernel())
"""


def test_the_cache_works_with_the_tasks_of_a_notebook():
    """nest-asyncio2 replaces the tasks of asyncio by those written in Python."""
    from tests.gallery import workbench

    program = NOTEBOOK.format(solution=workbench.all_exercises()["ttl-cache"].solution)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert run.stdout.split() == ["value", "1"], run.stderr
