"""The referee itself: it lets right apps pass, and names the rule that a wrong one breaks."""

import asyncio
import contextlib

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from .asgi_conformance import Breach, converse, in_virtual_time, lifespan, meet, refuses

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BODY = {"type": "http.response.body", "body": b"hello"}


def sending(*messages):
    """An app that sends these, whatever it is asked."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    return app


async def letters():
    for letter in "abc":
        await asyncio.sleep(1)
        yield letter.encode()


async def streaming(scope, receive, send):
    await send(START)
    async with contextlib.aclosing(letters()) as chunks:
        async for chunk in chunks:
            await send({**BODY, "body": chunk, "more_body": True})
    await send({**BODY, "body": b""})


async def careless(scope, receive, send):
    await send(START)
    async for chunk in letters():
        await send({**BODY, "body": chunk, "more_body": True})
    await send({**BODY, "body": b""})


async def deaf(scope, receive, send):
    while (await receive())["type"] != "http.disconnect":
        pass
    await asyncio.get_running_loop().create_future()


async def forgetful(scope, receive, send):
    asyncio.get_running_loop().create_task(asyncio.sleep(100))
    await sending(START, BODY)(scope, receive, send)


async def talkative(scope, receive, send):
    await sending(START, BODY)(scope, receive, send)
    return "done"


async def covering_up(scope, receive, send):
    with contextlib.suppress(Exception):
        await send(BODY)


def headers(*pairs):
    return {**START, "headers": pairs}


@pytest.mark.parametrize("app, breach", [
    (sending(), "without starting"),
    (sending(START), "without completing"),
    (sending(BODY), "before http.response.start"),
    (sending(START, START), "twice"),
    (sending(START, BODY, BODY), "after the end"),
    (sending(START, {**BODY, "body": "text"}), "a body is bytes"),
    (sending(START, {**BODY, "more_body": 1}), "more_body is a bool"),
    (sending(START, {"type": "websocket.close"}), "no message of HTTP"),
    (sending(START, [BODY]), "a message is a dict"),
    (sending(START, {**BODY, "extra": object()}), "what no message can hold"),
    (sending({**START, "status": "200"}), "a status is an int"),
    (sending({**START, "status": True}), "a status is an int"),
    (sending({**START, "status": 100}), "no status of an answer"),
    (sending(headers(("content-type", "text/plain"))), "made of bytes"),
    (sending(headers((b"Content-Type", b"text/plain"))), "lower case"),
    (sending(headers((b":status", b"200"))), "lower case"),
    (sending(headers((b"location", b"/\r\nset-cookie: a=b"))), "line end"),
    (sending(headers([b"a", b"b", b"c"])), "a pair"),
    (sending(headers((b"content-length", b"4")), BODY), "announces 4 bytes, 5 are sent"),
    (sending(headers((b"content-length", b"6")), BODY), "announces 6 bytes, 5 are sent"),
    (sending(headers((b"content-length", b"5"), (b"content-length", b"5")), BODY), "twice"),
    (sending({**START, "status": 304}, BODY), "has no body"),
    (talkative, "returns 'done'"),
    (forgetful, "tasks are left behind: sleep"),
    (covering_up, "before http.response.start"),
    (deaf, "never returns"),
])  # fmt: skip
def test_a_breach_is_named(app, breach):
    with pytest.raises(Breach, match=breach):
        meet(app)


@pytest.mark.parametrize("closing", ["silent", "raises"])
def test_an_app_that_closes_its_generators_may_be_left(closing):
    exchange = meet(streaming, leaves=1.5, closing=closing)
    assert (exchange.left, exchange.complete, exchange.body) == (True, False, b"a")
    assert isinstance(exchange.error, OSError) == (closing == "raises")
    assert exchange.seconds == (2 if closing == "raises" else 3)


def test_an_open_generator_is_named():
    assert meet(careless).body == b"abc"
    with pytest.raises(Breach, match="generators are left open: letters"):
        meet(careless, leaves=1.5, closing="raises")


def test_a_request_comes_in_pieces_and_may_break_off():
    async def counting(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await sending(START, BODY)(scope, receive, send)

    assert meet(counting, "POST", body=[b"1", b"2", b"3"]).received == ["http.request"] * 3
    exchange = meet(counting, "POST", body=[b"1"], truncated=True)
    assert exchange.received == ["http.request", "http.disconnect"]
    assert exchange.left


def test_a_network_takes_its_time():
    assert meet(streaming, network=0.5).times == [2, 3.5, 5, 5.5]


def test_exceptions_of_the_app_come_out():
    async def broken(scope, receive, send):
        raise LookupError("row")

    with pytest.raises(LookupError):
        meet(broken)
    assert isinstance(meet(broken, raises=True).error, LookupError)


async def living(scope, receive, send):
    for phase in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{phase}"
        await send({"type": f"lifespan.{phase}.complete"})


async def refusing(scope, receive, send):
    raise ValueError("HTTP only")


async def between_startup_and_shutdown(app):
    async with lifespan(app) as supported:
        return supported


def test_a_lifespan_is_spoken_or_refused():
    assert in_virtual_time(between_startup_and_shutdown, living) is True
    assert in_virtual_time(between_startup_and_shutdown, refusing) is False
    with pytest.raises(Breach, match="without a word"):
        in_virtual_time(between_startup_and_shutdown, sending())
    with pytest.raises(Breach, match="answers lifespan.startup with"):
        in_virtual_time(between_startup_and_shutdown, sending(START, BODY))


def test_other_protocols_are_refused_or_not():
    assert refuses(refusing, "websocket")
    assert not refuses(sending(START, BODY), "websocket")
    with pytest.raises(Breach, match="before it refuses"):
        refuses(sending({"type": "websocket.accept"}, None), "websocket")


def test_starlette_passes():
    async def echo(request):
        return JSONResponse({"length": len(await request.body())})

    async def stream(request):
        return StreamingResponse(letters(), media_type="text/plain")

    async def visits(app):
        async with lifespan(app) as supported:
            echoed = await converse(app, "POST", "/echo", body=[b"ab", b"c"])
            return supported, echoed.body, await converse(app, "GET", "/stream")

    routes = [Route("/echo", echo, methods=["POST"]), Route("/stream", stream)]
    app = Starlette(routes=routes)
    supported, echoed, streamed = in_virtual_time(visits, app)
    assert (supported, echoed, streamed.body) == (True, b'{"length":3}', b"abc")
    assert meet(app, "GET", "/missing").status == 404
    assert meet(app, "GET", "/stream", leaves=1.5).left
