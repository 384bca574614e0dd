"""The queue behind uvicorn, on a patched loop, and with jobs and cancellations made up by Hypothesis."""

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
    return answer("task-queue")


ENDS = ["returns", "raises", "is cancelled", "cancels itself", "does not fit", "exits"]
jobs = st.lists(
    st.tuples(
        st.integers(0, 6),  # is enqueued
        st.integers(0, 4),  # takes
        st.sampled_from(ENDS),
        st.none() | st.integers(0, 8),  # its task is cancelled from outside
    ),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(jobs, st.integers(1, 4), st.integers(0, 8))
def test_every_job_comes_to_an_end(names, jobs, workers, stops):
    """Times are whole ticks, so that many things happen in the same moment."""
    running, begun = set(), []

    async def work(n, seconds, end, cancelled_at):
        begun.append(n)
        running.add(n)
        assert len(running) <= workers
        if cancelled_at is not None:
            asyncio.get_running_loop().call_later(cancelled_at * TICK, asyncio.current_task().cancel)
        try:
            await asyncio.sleep(seconds * TICK)
            if end == "raises":
                raise ValueError(n)
            if end == "is cancelled":
                raise asyncio.CancelledError
            if end == "exits":
                sys.exit(1)
            if end == "cancels itself":
                asyncio.current_task().cancel()
            return n
        finally:
            running.remove(n)

    async def scenario():
        queue = names["BackgroundTaskQueue"]()
        ids, order = {}, []

        async def enqueue(n, at, seconds, end, cancelled_at):
            await asyncio.sleep(at * TICK)
            arguments = (n, seconds) if end == "does not fit" else (n, seconds, end, cancelled_at)
            try:
                ids[n] = queue.enqueue(work, *arguments)
                order.append(n)
            except RuntimeError:
                assert at >= stops

        await queue.start(workers)
        asking = [asyncio.create_task(enqueue(n, *each)) for n, each in enumerate(jobs)]
        await asyncio.sleep(stops * TICK)
        await queue.stop()
        assert running == set()
        await asyncio.gather(*asking)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert sorted(ids.values()) == sorted(f"task-{n}" for n in range(len(ids)))
        assert begun == [n for n in order if jobs[n][2] != "does not fit"]
        for n, (_, _, end, cancelled_at) in enumerate(jobs):
            if n in ids:
                record = queue.status(ids[n])
                failed = {"done": False, "failed": True}[record.status.value]
                assert (record.result is None, bool(record.error)) == (failed, failed)
                if cancelled_at is None or end == "does not fit":
                    assert failed == (end not in ("returns", "cancels itself"))

    with lab.virtual_time():
        asyncio.run(scenario())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=8), st.integers(1, 3), st.integers(0, 6))
def test_a_stop_that_runs_out_of_time_leaves_no_task(names, durations, workers, patience):
    """`asyncio.timeout` around stop() cancels the workers, and they their jobs."""

    async def scenario():
        queue = names["BackgroundTaskQueue"]()
        for ticks in durations:
            queue.enqueue(asyncio.sleep, ticks * TICK)
        await queue.start(workers)
        try:
            async with asyncio.timeout(patience * TICK):
                await queue.stop()
        except TimeoutError:
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with lab.virtual_time():
        asyncio.run(scenario())


class Orders:
    """An ASGI app: POST / answers 202 and enqueues a mail, GET /task-n tells what became of it."""

    def __init__(self, names):
        self.names, self.sent = names, []

    async def send_mail(self, n):
        await asyncio.sleep(0.01)
        self.sent.append(n)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            self.queue = self.names["BackgroundTaskQueue"]()
            await self.queue.start(workers=2)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.queue.stop()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["method"] == "POST":
            number = int((await receive())["body"])
            await self.answer(send, 202, self.queue.enqueue(self.send_mail, number))
        else:
            record = self.queue.status(scope["path"].strip("/"))
            await self.answer(send, 200, record.status.value)

    async def answer(self, send, status, value):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(value).encode()})


def test_a_server_answers_at_once_and_drains_when_it_stops(names):
    orders = Orders(names)
    with lab.serve(orders) as url, httpx.Client(base_url=url, trust_env=False) as client:
        answers = [client.post("/", content=str(n)) for n in range(20)]
        assert {answer.status_code for answer in answers} == {202}
        first = answers[0].json()
        end = time.monotonic() + SECONDS
        while client.get(f"/{first}").json() != "done" and time.monotonic() < end:
            time.sleep(0.01)
        assert client.get(f"/{first}").json() == "done"
    assert orders.sent == list(range(20))


NOTEBOOK = """
import asyncio, dataclasses, enum, itertools
import nest_asyncio2
{given}
{solution}
nest_asyncio2.apply()

async def boom():
    raise ValueError("boom")

async def cancelled():
    raise asyncio.CancelledError

async def work():
    queue = BackgroundTaskQueue()
    ids = [queue.enqueue(fn, *args) for fn, *args in [(boom,), (cancelled,), (double, 3)]]
    await queue.start(workers=1)
    await queue.stop()
    return [queue.status(each).status.value for each in ids]

async def kernel():
    print(*asyncio.run(work()))  # as a cell does, inside the kernel's loop

asyncio.run(kernel())
"""


def test_the_queue_works_with_the_tasks_of_a_notebook():
    """nest-asyncio2 replaces the tasks of asyncio by those written in Python."""
    from tests.gallery import workbench

    exercise = workbench.all_exercises()["task-queue"]
    given = next(source for source in exercise.given if "class TaskRecord" in source)
    program = NOTEBOOK.format(given=given, solution=exercise.solution)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout.split() == ["failed", "failed", "done"], run.stderr
