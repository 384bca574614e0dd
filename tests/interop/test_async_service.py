"""The service under random visitors and cancellations, against what must hold, and on real sockets."""

import asyncio
import collections
import random
import time

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from webcourse.lab.clock import virtual_time

PAGES = "abcdefgh"
QUICK = settings(
    max_examples=60, phases=[Phase.generate], deadline=None, derandomize=True, database=None
)

visits = st.lists(
    st.tuples(
        st.integers(0, 400),  # hundredths of a second: when
        st.sampled_from(PAGES),
        st.one_of(st.none(), st.integers(1, 100)),  # and for how long they wait
    ),
    max_size=40,
)
fetches = st.lists(st.sampled_from([0.01, 0.1, 0.45, 3, "error"]), min_size=1, max_size=5)


class Trouble(Exception):
    pass


def watched(service_class, durations):
    class Watched(service_class):
        """Notes when each fetch starts and ends, and never lets two for one id overlap."""

        def __init__(self):
            super().__init__()
            self.running, self.log, self.starts, self.arrivals = set(), [], [], collections.defaultdict(list)

        async def fetch(self, resource_id):
            assert resource_id not in self.running
            step = durations[len(self.starts) % len(durations)]
            self.running.add(resource_id)
            self.starts.append(time.monotonic())
            try:
                await asyncio.sleep(0.2 if step == "error" else step)
                if step == "error":
                    raise Trouble(resource_id)
                self.arrivals[resource_id].append(time.monotonic())
                return resource_id, len(self.arrivals[resource_id])
            finally:
                self.running.remove(resource_id)

    return Watched


async def visit(service, start, page, patience):
    await asyncio.sleep(start / 100)
    task = asyncio.create_task(service.get(page))
    if patience:
        asyncio.get_running_loop().call_later(patience / 100, task.cancel)
    try:
        result = await task
    except asyncio.CancelledError:
        return "cancelled"
    except (Trouble, TimeoutError) as error:
        return type(error).__name__
    now = time.monotonic()
    assert result[0] == page
    arrived = service.arrivals[page][result[1] - 1]
    assert result[1] == len(service.arrivals[page])  # the newest
    assert now - arrived < 1.001
    return "result"


@QUICK
@given(visits=visits, durations=fetches)
def test_what_must_hold_for_random_visitors(answer, visits, durations):
    async def crowd():
        service = watched(answer("async-service")["AsyncService"], durations)()
        began = time.monotonic()
        ends = await asyncio.gather(*[visit(service, *each) for each in visits])
        await asyncio.sleep(10)  # what nobody waits for any more
        return service, began, ends

    with virtual_time() as clock:
        service, began, ends = asyncio.run(crowd())
    metrics = service.get_metrics()
    assert clock.unfinished == []
    assert service.running == set()
    assert metrics["total"] == len(visits) == metrics["hits"] + metrics["misses"]
    assert metrics["misses"] == len(service.starts)
    late = [durations[n % len(durations)] for n in range(len(service.starts))].count(3)
    assert metrics["timeouts"] == late
    assert ends.count("TimeoutError") == 0 or late
    for first, start in enumerate(service.starts):
        for n, end in enumerate(service.starts[first:], 1):
            assert n <= 5 + 5 * (end - start) + 0.001  # in every window: the bound of a token bucket


def test_starts_are_those_of_a_simulated_bucket(answer):
    """Ids that are all different: each start is as early as a bucket of five allows, in order."""
    draw = random.Random(315)

    async def crowd():
        service = watched(answer("async-service")["AsyncService"], [0.01])()
        began, at, arrivals = time.monotonic(), 0, []
        for _ in range(80):
            at += round(draw.expovariate(6), 2)
            arrivals.append(at)
        await asyncio.gather(*[visit(service, 100 * at, n, None) for n, at in enumerate(arrivals)])
        return arrivals, [start - began for start in service.starts]

    with virtual_time():
        arrivals, starts = asyncio.run(crowd())
    tokens, now, expected = 5.0, 0.0, []
    for at in arrivals:
        start = max(at, now)
        tokens = min(5.0, tokens + 5 * (start - now))
        if tokens < 1:
            start += (1 - tokens) / 5
            tokens = 1.0
        tokens, now = tokens - 1, start
        expected.append(start)
    assert starts == pytest.approx(expected, abs=0.002)


def test_no_error_is_left_without_a_listener(answer, caplog):
    """Who was cancelled does not hear of the error, and asyncio has nothing to complain of."""

    async def leave():
        service = watched(answer("async-service")["AsyncService"], ["error"])()
        assert await visit(service, 0, "a", 5) == "cancelled"
        await asyncio.sleep(1)
        assert await visit(service, 0, "a", None) == "Trouble"

    with virtual_time():
        asyncio.run(leave())
    assert caplog.records == []


def test_an_upstream_on_real_sockets(answer):
    """Forty clients, eight pages: eight requests arrive, and never more than five and five a second."""
    arrived = []

    async def serve(reader, writer):
        arrived.append((time.monotonic(), await reader.readline()))
        writer.write(b"page of " + arrived[-1][1])
        writer.close()

    class Remote(answer("async-service")["AsyncService"]):
        TIMEOUT = 30  # the machine may be busy

        async def fetch(self, page):
            reader, writer = await asyncio.open_connection(*self.address)
            writer.write(page.encode() + b"\n")
            try:
                return await reader.read()
            finally:
                writer.close()

    async def clients():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        service = Remote()
        service.address = server.sockets[0].getsockname()
        began = time.monotonic()
        pages = await asyncio.gather(*[service.get(page) for page in PAGES * 5])
        server.close()
        return began, pages, service.get_metrics()

    began, pages, metrics = asyncio.run(clients())
    assert pages == [f"page of {page}\n".encode() for page in PAGES] * 5
    assert metrics == {"total": 40, "hits": 32, "misses": 8, "timeouts": 0}
    assert sorted(page for _, page in arrived) == [f"{page}\n".encode() for page in PAGES]
    for n, (at, _) in enumerate(arrived, 1):
        assert n <= 5 + 5 * (at - began) + 0.001
