"""The chain of 2.12 behind uvicorn, against Starlette's order, and against the law of composition."""

import asyncio
import contextlib
import io
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from webcourse import lab

from .asgi_conformance import in_virtual_time, meet, refuses

NAMES = {}
LAYERS = st.lists(st.sampled_from("abc!2"), max_size=5)


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("async-middleware"))
    return NAMES


def layer(name, log):
    """A middleware that notes its visits; `!` answers itself, `2` tries twice."""

    async def middleware(handler, request):
        log.append(f"{name} in")
        response = name
        for _ in range({"!": 0, "2": 2}.get(name, 1)):
            response = f"{name}({await handler(request)})"
        log.append(f"{name} out")
        return response

    return middleware


def story(nested, *lists):
    """What happens in a chain of all the layers, or in a chain around a chain."""
    log = []

    async def handler(request):
        log.append("handler")
        return "answer"

    layers = [[layer(name, log) for name in each] for each in lists]
    apply_middleware = NAMES["apply_middleware"]
    if nested:
        chain = handler
        for each in reversed(layers):
            chain = apply_middleware(chain, each)
    else:
        chain = apply_middleware(handler, [one for each in layers for one in each])
    return asyncio.run(chain({})), log


@settings(max_examples=100, deadline=None)
@given(LAYERS, LAYERS)
def test_a_chain_around_a_chain_is_one_chain(outer, inner):
    assert story(True, outer, inner) == story(False, outer, inner)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=6))
def test_the_layers_are_an_onion(names):
    response, log = story(False, names)
    assert response == "(".join([*names, "answer"]) + ")" * len(names)
    assert log == [f"{n} in" for n in names] + ["handler"] + [f"{n} out" for n in reversed(names)]


def test_the_order_is_that_of_starlette():
    log = []

    def theirs(name):
        async def dispatch(request, call_next):
            log.append(f"{name} in")
            response = await call_next(request)
            log.append(f"{name} out")
            return response

        return Middleware(BaseHTTPMiddleware, dispatch=dispatch)

    async def endpoint(request):
        log.append("handler")
        return PlainTextResponse("answer")

    app = Starlette(routes=[Route("/", endpoint)], middleware=list(map(theirs, "abc")))
    assert meet(app).status == 200
    assert log == story(False, "abc")[1]


def asgi(chain):
    """An ASGI app around a chain of dicts."""

    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise ValueError("HTTP only")
        while (await receive()).get("more_body"):
            pass
        sent = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = {"path": scope["path"]}
        if "authorization" in sent:
            request["token"] = sent["authorization"].removeprefix("Bearer ")
        response = await chain(request)
        body = json.dumps(response).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": response["status"], "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return app


@pytest.fixture
def app(names):
    layers = [names[f"chain_{each}"] for each in ("timing", "auth", "logging")]
    return asgi(names["apply_middleware"](names["chain_user"], layers))


def test_the_referee_has_no_complaint(app):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exchange = meet(app, path="/users/1", headers=[(b"authorization", b"Bearer abc123")])
        refused = meet(app, path="/users/1")
    found = json.loads(exchange.body)
    assert round(found.pop("timing_ms")) == 50
    assert (exchange.status, found) == (200, {"user": "Alice", "status": 200, "authenticated": True})
    assert (refused.status, json.loads(refused.body)["error"]) == (401, "unauthorized")
    assert out.getvalue() == "  >> /users/1 start\n  << /users/1 done\n"
    assert refuses(app, "websocket")


def test_uvicorn_and_httpx(app):
    async def visit(url):
        headers = {"Authorization": "Bearer abc123"}
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            calls = [client.get(f"/users/{n}", headers=headers if n % 2 else {}) for n in range(12)]
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    with contextlib.redirect_stdout(io.StringIO()) as out, lab.serve(app) as url:
        statuses = asyncio.run(visit(url))
    assert statuses == [401, 200] * 6
    lines = out.getvalue().splitlines()
    assert sorted(lines) == sorted(
        line for n in range(1, 12, 2) for line in (f"  >> /users/{n} start", f"  << /users/{n} done")
    )


def test_httpx_without_a_network(app):
    async def visit():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            return (await client.get("/users/1")).status_code

    assert in_virtual_time(visit) == 401
