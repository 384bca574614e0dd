"""The responses of 2.11: read by a parser from the standard, watched by the referee, behind uvicorn."""

import asyncio
import threading

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

from .asgi_conformance import in_virtual_time, meet
from .event_stream import Event, EventStream, read_events

SECONDS = 5
NAMES = {}

# Text that would like to be more than data.
PIECES = [
    "\r", "\n", "\r\n", "\n\n", "data: x", "data", "event: admin", "id: 7", "retry: 1", ": comment", ":",
    " ", "\0", "\ufeff", "\v\f\x1c\x1d\x1e\x85\u2028\u2029", "é", "日本", "a",
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
ITEMS = st.lists(st.one_of(HOSTILE, st.text(max_size=10), HOSTILE.map(str.encode)), max_size=6)


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("streaming"))
    return NAMES


@pytest.fixture
def response():
    return NAMES["StreamingResponse"]


async def made_of(*items):
    for item in items:
        yield item


def received(*items):
    """What a browser has to get for these items."""
    texts = [item.decode() if isinstance(item, bytes) else item for item in items]
    return [Event("message", t.replace("\r\n", "\n").replace("\r", "\n"), "") for t in texts]


def asgi(make, listen=True):
    """An app that streams `make()`. If it listens, it cancels the stream when the client leaves."""

    async def gone(receive):
        while (await receive())["type"] != "http.disconnect":
            pass

    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise ValueError("HTTP only")
        if not listen:
            return await make().stream_to(send)
        streaming = asyncio.create_task(make().stream_to(send))
        leaving = asyncio.create_task(gone(receive))
        await asyncio.wait([streaming, leaving], return_when=asyncio.FIRST_COMPLETED)
        for task in (leaving, streaming):
            task.cancel()
        await asyncio.wait([streaming, leaving])
        if not streaming.cancelled():
            streaming.result()

    return app


def stream(*items):
    """The body of a stream of these items as events."""
    return meet(asgi(lambda: NAMES["StreamingResponse"].sse(made_of(*items)))).body


# ------------------------------------------------------------------ the format


@settings(max_examples=200, deadline=None)
@given(ITEMS)
def test_no_item_escapes_from_its_event(items):
    found = EventStream()
    assert found.feed(stream(*items)) == received(*items)
    assert (found.retry, found.last_event_id, found.comments, found.ignored) == (None, "", [], [])


@settings(max_examples=50, deadline=None)
@given(ITEMS, st.data())
def test_any_cut_of_the_stream_gives_the_same_events(items, data):
    body, found = stream(*items), []
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=4)))
    events = EventStream()
    for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        found += events.feed(body[start:end])
    assert found == received(*items)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=5), st.binary(max_size=5)), max_size=6))
def test_plain_chunks_come_as_they_are(chunks):
    exchange = meet(asgi(lambda: NAMES["StreamingResponse"](made_of(*chunks))))
    sent = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    assert exchange.chunks == [*sent, b""]
    assert exchange.header("cache-control") is None


# ------------------------------------------------------------------ the referee


class Source:
    """A generator that knows whether it is closed."""

    def __init__(self, count=3, fails=False):
        self.count, self.fails, self.made, self.closed = count, fails, 0, False

    async def __call__(self):
        try:
            for n in range(self.count):
                await asyncio.sleep(1)
                self.made += 1
                yield f"{n}"
            if self.fails:
                raise LookupError("no more rows")
        finally:
            await asyncio.sleep(0)  # cleaning up may take a while
            self.closed = True


@pytest.fixture(params=["plain", "sse"])
def kind(request, response):
    return {"plain": response, "sse": response.sse}[request.param]


@pytest.mark.parametrize("network", [0, 1])
def test_the_referee_has_no_complaint(kind, network):
    source = Source()
    exchange = meet(asgi(lambda: kind(source())), network=network)
    assert (exchange.complete, source.closed, len(exchange.chunks)) == (True, True, 4)
    # The start takes its time on the network before the generator has begun.
    assert exchange.times == ([3, 5, 7, 8] if network else [1, 2, 3, 3])


@pytest.mark.parametrize("network", [0, 1, 3])
@pytest.mark.parametrize("closing", ["silent", "raises"])
@pytest.mark.parametrize("leaves", [0.5, 1.5, 2.5, 3.5])
def test_a_client_that_leaves_closes_the_source(kind, network, closing, leaves):
    source = Source(count=10**9)
    exchange = meet(asgi(lambda: kind(source())), leaves=leaves, network=network, closing=closing)
    assert exchange.left
    assert not exchange.complete
    assert source.closed or not source.made
    assert exchange.seconds <= leaves + 0.1


def test_a_server_that_raises_is_enough(kind):
    source = Source(count=10**9)
    exchange = meet(asgi(lambda: kind(source()), listen=False), leaves=2.5, closing="raises")
    assert (exchange.seconds, source.made, source.closed) == (3, 3, True)
    assert isinstance(exchange.error, OSError)


def test_half_an_answer_has_no_end(kind):
    source = Source(fails=True)
    exchange = meet(asgi(lambda: kind(source())), raises=True)
    assert (type(exchange.error), exchange.complete, source.closed) == (LookupError, False, True)
    assert len(exchange.chunks) == 3


# ------------------------------------------------------------------ real servers and clients


def test_events_arrive_one_by_one(response):
    """The second event is made only after the client has read the first one."""
    read = threading.Semaphore(0)

    async def source():
        for n in range(3):
            yield f"event {n}\nwith two lines"
            assert await asyncio.to_thread(read.acquire, timeout=SECONDS)

    events, found = EventStream(), []
    with (
        lab.serve(asgi(lambda: response.sse(source()))) as url,
        httpx.stream("GET", url, trust_env=False, timeout=SECONDS) as answer,
    ):
        for portion in answer.iter_raw():
            for event in events.feed(portion):
                found.append(event.data)
                read.release()
    assert found == [f"event {n}\nwith two lines" for n in range(3)]
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["transfer-encoding"] == "chunked"  # the server's doing


@pytest.mark.parametrize("after", [1, 3])
def test_a_reader_that_leaves_closes_the_source(response, after):
    closed = threading.Event()

    async def source():
        try:
            while True:
                yield "still here"
                await asyncio.sleep(0.005)
        finally:
            closed.set()

    with lab.serve(asgi(lambda: response.sse(source()))) as url:
        with httpx.stream("GET", url, trust_env=False) as answer:
            lines = answer.iter_lines()
            assert [next(lines) for _ in range(after)][0] == "data: still here"
        assert closed.wait(SECONDS)


def test_a_failing_source_breaks_the_connection(response, capsys):
    async def source():
        yield "one"
        raise LookupError("no more rows")

    app = asgi(lambda: response(source()))
    with lab.serve(app) as url, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url, trust_env=False)
    assert "LookupError" in capsys.readouterr().out


def test_bytes_survive_the_way(response):
    data = bytes(range(256)) * 100
    app = asgi(lambda: response(made_of(data, "é", b"", data), "application/octet-stream"))
    with lab.serve(app) as url:
        answer = httpx.get(url, trust_env=False)
    assert answer.content == data + "é".encode() + data
    assert answer.headers["content-type"] == "application/octet-stream"


def test_httpx_without_a_network(response):
    async def visit():
        app = asgi(lambda: response.sse(NAMES["stream_ticks"]()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            return (await client.get("/")).content

    events = read_events(in_virtual_time(visit))
    assert [event.data for event in events] == [f"event {n}" for n in range(5)]
