"""The pool under random cancellation in real time, in front of a real server, and on a patched loop."""

import asyncio
import random
import subprocess
import sys

import pytest

SECONDS = 20
LIMIT = 4


@pytest.fixture
def make_pool(answer):
    return answer("bounded-pool")["AsyncConnectionPool"]


class Watch:
    """Counts the holders from outside."""

    def __init__(self, pool):
        self.pool, self.holding, self.most, self.lent = pool, [], 0, 0

    async def hold(self, seconds, fails=False):
        async with self.pool.acquire() as connection:
            assert connection["id"] not in self.holding
            self.holding.append(connection["id"])
            assert len(self.holding) <= LIMIT
            assert connection["active"] == len(self.holding)
            self.most, self.lent = max(self.most, len(self.holding)), self.lent + 1
            try:
                await asyncio.sleep(seconds)
            finally:
                self.holding.remove(connection["id"])
            if fails:
                raise ConnectionError


async def free_slots(pool):
    """How many can hold at the same time, as a barrier of that many proves."""
    barrier = asyncio.Barrier(LIMIT)

    async def meet():
        async with pool.acquire() as connection:
            await barrier.wait()
            return connection["id"]

    return len(set(await asyncio.wait_for(asyncio.gather(*[meet() for _ in range(LIMIT)]), SECONDS)))


@pytest.mark.parametrize("seed", range(10))
def test_no_slot_is_lost_under_random_cancellation(make_pool, seed):
    rng = random.Random(seed)

    async def storm():
        watch = Watch(make_pool(LIMIT))
        tasks = []
        for _ in range(300):
            hold = watch.hold(rng.choice([0, 0, 0.001, 0.002]), fails=rng.random() < 0.2)
            tasks.append(asyncio.create_task(hold))
            if rng.random() < 0.5:
                await asyncio.sleep(0)
            for task in rng.sample(tasks, min(len(tasks), rng.randint(0, 2))):
                task.cancel()  # a holder, a waiter, one that has been woken, or one that is done
        done, pending = await asyncio.wait(tasks, timeout=SECONDS)
        assert not pending
        errors = {type(task.exception()) for task in done if not task.cancelled() and task.exception()}
        assert errors <= {ConnectionError}
        assert any(task.cancelled() for task in done)
        assert (watch.holding, watch.most) == ([], LIMIT)
        return await free_slots(watch.pool)

    assert asyncio.run(storm()) == LIMIT


@pytest.mark.parametrize("seed", range(5))
def test_no_slot_is_lost_when_waiters_time_out(make_pool, seed):
    rng = random.Random(seed)

    async def impatient(watch):
        try:
            async with asyncio.timeout(rng.choice([0, 0.001, 0.003])):
                await watch.hold(0.001)
        except TimeoutError:
            return "timeout"
        return "held"

    async def crowd():
        watch = Watch(make_pool(LIMIT))
        ends = await asyncio.gather(*[impatient(watch) for _ in range(200)])
        assert set(ends) <= {"held", "timeout"}
        return "timeout" in ends, await free_slots(watch.pool)

    assert asyncio.run(crowd()) == (True, LIMIT)


def test_whoever_waits_longest_is_next(make_pool):
    """Stated nowhere, and promised by the semaphore of the reference."""
    order = []

    async def visit(pool, n):
        async with pool.acquire():
            order.append(n)
            await asyncio.sleep(0)

    async def visits():
        pool = make_pool(2)
        await asyncio.gather(*[visit(pool, n) for n in range(50)])

    asyncio.run(visits())
    assert order == list(range(50))


def test_a_server_with_few_connections_is_not_overrun(make_pool):
    """A server that refuses the fifth connection serves a hundred clients behind a pool of four."""
    under_way, most, refused = 0, 0, 0

    async def serve(reader, writer):
        nonlocal under_way, most, refused
        under_way += 1
        most = max(most, under_way)
        line = await reader.readline()
        refused += under_way > LIMIT
        writer.write(b"too many clients\n" if under_way > LIMIT else line)
        under_way -= 1
        writer.close()

    async def ask(pool, address, n):
        async with pool.acquire():
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"%d\n" % n)
            answer = await reader.read()  # to the end: the server has closed its side
            writer.close()
            return answer

    async def ask_all():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address, pool = server.sockets[0].getsockname(), make_pool(LIMIT)
        questions = asyncio.gather(*[ask(pool, address, n) for n in range(100)])
        answers = await asyncio.wait_for(questions, SECONDS)
        server.close()
        return answers

    assert asyncio.run(ask_all()) == [b"%d\n" % n for n in range(100)]
    assert 1 < most <= LIMIT
    assert refused == 0


NOTEBOOK = """
import asyncio, contextlib
import nest_asyncio2
{solution}
nest_asyncio2.apply()
pool = AsyncConnectionPool(2)  # in a cell, outside of any coroutine

async def query(n):
    async with pool.acquire() as connection:
        await asyncio.sleep(0.001)
        return connection["id"]

async def queries():
    waiting = [asyncio.ensure_future(query(n)) for n in range(9)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return len(set(await asyncio.gather(*map(query, range(9)))))

async def kernel():
    print(asyncio.run(queries()))  # as a cell does, inside the kernel's loop
    print(asyncio.run(queries()))  # the same loop again: nest-asyncio2 keeps it

asyncio.run(kernel())
"""


def test_the_pool_works_with_the_tasks_of_a_notebook():
    """nest-asyncio2 replaces the tasks of asyncio by those written in Python."""
    from tests.gallery import workbench

    program = NOTEBOOK.format(solution=workbench.all_exercises()["bounded-pool"].solution)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert run.stdout.split() == ["2", "2"], run.stderr
