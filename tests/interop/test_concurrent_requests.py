"""Concurrent requests over real sockets, to a server that answers once all have arrived."""

import asyncio
import random

import pytest

SECONDS = 20


class Gathering:
    """A server that holds its answers back until *n* requests are open."""

    def __init__(self, n):
        self.n, self.open, self.most = n, 0, 0

    async def __aenter__(self):
        self.complete = asyncio.Event()
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=self.n)
        self.address = self.server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        line = await reader.readline()
        self.open += 1
        self.most = max(self.most, self.open)
        if self.open == self.n:
            self.complete.set()
        await self.complete.wait()
        await asyncio.sleep(random.random() / 50)  # answers come in any order
        writer.write(line)
        self.open -= 1
        writer.close()

    async def fetch(self, request_id):
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(b"%d\n" % request_id)
        answer = int(await reader.readline())
        writer.close()
        return {"request_id": answer, "status": "ok"}


async def run(names, process, n, seconds):
    async with Gathering(n) as server:
        names["handle_request"] = server.fetch
        results, elapsed = await asyncio.wait_for(names[process](n), seconds)
        return results, elapsed, server.most


@pytest.mark.parametrize("n", [1, 10, 100])
def test_all_requests_are_open_before_the_first_answer(answer, n):
    names = answer("concurrent-requests")
    results, elapsed, most = asyncio.run(run(names, "process_requests_concurrent", n, SECONDS))
    assert results == [{"request_id": i, "status": "ok"} for i in range(n)]
    assert most == n
    assert 0 < elapsed < SECONDS


def test_the_serial_version_never_gets_there(answer):
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(run(answer("concurrent-requests"), "process_requests_serial", 2, 0.2))
