"""The time limit behind uvicorn, with clients that wait and clients that give up, and on a patched loop."""

import asyncio
import json
import subprocess
import sys
import threading
import time

import httpx
import pytest

from webcourse import lab

LIMIT = 0.5  # seconds
LONG = 20  # seconds; nothing here takes that long unless a limit fails
NEVER = 3600


class Pages:
    """An ASGI app: /N answers after N seconds, if the limit allows; /database runs into its own limit."""

    def __init__(self, with_timeout):
        self.ends = []  # what became of each handler
        self.page = with_timeout(LIMIT)(self.page)
        self.limited = with_timeout(LIMIT)

    async def page(self, seconds):
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("done")
        return {"status": "ok"}

    async def database(self):
        async with asyncio.timeout(LIMIT / 20):
            await asyncio.sleep(NEVER)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        what = scope["path"].strip("/")
        try:
            call = self.limited(self.database)() if what == "database" else self.page(float(what))
            answer = await call
            status = 504 if "error" in answer else 200
        except TimeoutError:
            answer, status = {"error": "database"}, 500
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


@pytest.fixture
def pages(answer):
    return Pages(answer("request-timeout")["with_timeout"])


async def get_all(url, paths):
    async with httpx.AsyncClient(base_url=url, timeout=LONG, trust_env=False) as client:
        answers = await asyncio.gather(*[client.get(path) for path in paths])
    return [(answer.status_code, answer.json()) for answer in answers]


def test_answers_errors_and_limits_of_others_at_once(pages):
    timeout = {"error": "timeout", "handler": "page"}
    paths = ["/0", f"/{NEVER}", "/database", "/0.001", f"/{NEVER}"] * 4
    start = time.monotonic()
    with lab.serve(pages) as url:
        answers = asyncio.run(get_all(url, paths))
    assert answers == [
        (200, {"status": "ok"}), (504, timeout), (500, {"error": "database"}),
        (200, {"status": "ok"}), (504, timeout),
    ] * 4
    assert LIMIT <= time.monotonic() - start < LONG
    assert sorted(pages.ends) == ["cancelled"] * 8 + ["done"] * 8


def test_a_client_that_gives_up_first_does_not_keep_the_handler_alive(pages):
    with lab.serve(pages) as url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/{NEVER}", timeout=LIMIT / 4, trust_env=False)
        end = time.monotonic() + LONG
        while not pages.ends and time.monotonic() < end:
            time.sleep(0.01)
    assert pages.ends == ["cancelled"]


def test_the_limit_works_on_a_loop_of_any_thread(answer):
    limited = answer("request-timeout")["with_timeout"](0.01)(asyncio.sleep)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(asyncio.run(limited(NEVER))))
    thread.start()
    thread.join(LONG)
    assert answers == [{"error": "timeout", "handler": "sleep"}]


NESTED = """
import asyncio, functools, sys
import nest_asyncio2
{solution}
async def slow():
    await asyncio.sleep(3600)

async def own():
    raise TimeoutError("database")

async def kernel():
    print(asyncio.run(with_timeout(0.01)(slow)()))  # as a cell does, inside the kernel's loop
    try:
        asyncio.run(with_timeout(0.01)(own)())
    except TimeoutError as error:
        print(error)
    task = asyncio.ensure_future(with_timeout(3600)(slow)())
    await asyncio.sleep(0.01)
    task.cancel()
    print((await asyncio.gather(task, return_exceptions=True))[0].__class__.__name__)

nest_asyncio2.apply()
asyncio.run(kernel())
"""


def test_the_limit_works_with_the_tasks_of_a_notebook():
    """nest-asyncio2 replaces the tasks of asyncio by those written in Python."""
    from tests.gallery import workbench

    program = NESTED.format(solution=workbench.all_exercises()["request-timeout"].solution)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines() == [
        "{'error': 'timeout', 'handler': 'slow'}", "database", "CancelledError",
    ], run.stderr
