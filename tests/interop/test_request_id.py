"""The id behind uvicorn with many requests at once, in threads of both kinds, and in a standard log."""

import asyncio
import json
import logging
import re

import httpx
import pytest

from webcourse import lab

SECONDS = 20
REQUESTS = 40
ID = re.compile(r"req-[0-9a-f]{32}")


@pytest.fixture
def names(answer):
    return answer("request-id")


@pytest.fixture
def lines(names):
    """What the given log prints, as (id, message)."""
    found = []
    names["print"] = lambda line: found.append(re.fullmatch(r"\[(.*)\] (.*)", line).groups())
    return found


def app_of(names):
    """An ASGI app whose answers hold the ids that the stages of a request see."""
    get_id = names["get_request_id"]

    async def page(n):
        async def child():
            await asyncio.sleep(0.001 * (n % 3))
            return get_id()

        if n % 4 == 3:
            raise ConnectionError(f"no upstream\n[req-{n}] forged")
        return [get_id(), await asyncio.create_task(child()), await asyncio.to_thread(get_id), get_id()]

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        try:
            answer = await names["middleware"](page, n=int(scope["path"].strip("/")))
        except ConnectionError:
            answer = "failed"
        body = json.dumps([answer, get_id()]).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return app


async def get_all(url):
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*[client.get(f"/{n}") for n in range(REQUESTS)])
    return [answer.json() for answer in answers]


def test_each_request_has_one_id_at_every_stage(names, lines):
    with lab.serve(app_of(names)) as url:
        answers = asyncio.run(get_all(url))
    assert {after for _, after in answers} == {"no-request"}
    assert [n for n, (answer, _) in enumerate(answers) if answer == "failed"] == list(range(3, REQUESTS, 4))
    seen = [set(answer) for answer, _ in answers if answer != "failed"]
    assert all(len(ids) == 1 for ids in seen)
    assert len(set.union(*seen)) == len(seen)
    by_id = {}
    for line_id, message in lines:
        assert ID.fullmatch(line_id)
        by_id.setdefault(line_id, []).append(message)
    assert len(by_id) == REQUESTS
    ends = sorted(tuple(messages) for messages in by_id.values())
    failed = REQUESTS // 4
    assert ends == [("Handling request", "Request complete")] * (REQUESTS - failed) + [
        ("Handling request", "Request failed: ConnectionError")
    ] * failed


def test_to_thread_copies_the_context_and_run_in_executor_does_not(names, lines):
    """What the lesson says, with real threads."""
    get_id = names["get_request_id"]

    async def page():
        loop = asyncio.get_running_loop()
        return get_id(), await asyncio.to_thread(get_id), await loop.run_in_executor(None, get_id)

    own, in_thread, in_executor = asyncio.run(names["middleware"](page))
    assert ID.fullmatch(own)
    assert (in_thread, in_executor) == (own, "no-request")


def test_the_id_of_a_closed_loop_is_gone(names, lines):
    get_id = names["get_request_id"]

    async def page():
        return get_id()

    first, second = (asyncio.run(names["middleware"](page)) for _ in range(2))
    assert first != second
    assert get_id() == "no-request"


def test_a_filter_of_the_standard_log_finds_the_id(names, lines):
    records = []

    class Handler(logging.Handler):
        def emit(self, record):
            records.append((names["get_request_id"](), record.getMessage()))

    logger = logging.Logger("interop")
    logger.addHandler(Handler())

    async def page(n):
        await asyncio.sleep(0.001)
        logger.info("page %s", n)
        return names["get_request_id"]()

    async def pages():
        return await asyncio.gather(*[names["middleware"](page, n) for n in range(10)])

    ids = asyncio.run(pages())
    assert sorted(records) == sorted((line_id, f"page {n}") for n, line_id in enumerate(ids))
