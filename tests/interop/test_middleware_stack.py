"""The stack against composition by hand, in threads behind a real server, and beside Starlette's."""

import asyncio
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from webcourse import lab

from .asgi_conformance import meet

NAMES = {}
LAYERS = st.lists(st.sampled_from("abc!2r"), max_size=5)


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("middleware-stack"))
    return NAMES


def layer(name, log):
    """Notes its visits; `!` answers itself, `2` asks twice, `r` tries again after an error."""

    def middleware(request, next_handler):
        log.append(f"{name} in")
        if name == "!":
            return "!"
        try:
            response = next_handler(f"{request}{name}")
        except ConnectionError:
            if name != "r":
                raise
            response = next_handler(f"{request}R")
        if name == "2":
            response += next_handler(request)
        log.append(f"{name} out")
        return f"{name}({response})"

    return middleware


def outcome(ask, log):
    try:
        return ask("/"), log
    except ConnectionError:
        return "ConnectionError", log


def handler_failing(times, log):
    def handler(request):
        log.append(request)
        if len([line for line in log if line.startswith("/")]) <= times:
            raise ConnectionError
        return "answer"

    return handler


def around(middleware, inner):
    return lambda request: middleware(request, inner)


def by_hand(layers, times):
    log = []
    chain = handler_failing(times, log)
    for name in reversed(layers):
        chain = around(layer(name, log), chain)
    return outcome(chain, log)


@settings(max_examples=200, deadline=None)
@given(LAYERS, st.integers(0, 2))
def test_a_stack_is_the_composition_by_hand(layers, times):
    log = []
    stack = NAMES["MiddlewareStack"](handler_failing(times, log))
    for name in layers:
        assert stack.use(layer(name, log)) is stack
    assert outcome(stack.handle, log) == by_hand(layers, times)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("abc"), max_size=4))
def test_a_stack_grows_inwards(first, then):
    log = []
    stack = NAMES["MiddlewareStack"](handler_failing(0, log))
    for name in first:
        stack.use(layer(name, log))
    assert outcome(stack.handle, log) == by_hand(first, 0)
    log.clear()
    for name in then:
        stack.use(layer(name, log))
    assert outcome(stack.handle, log) == by_hand(first + then, 0)


def wsgi(stack):
    """A WSGI app around a stack of dicts."""

    def app(environ, start_response):
        headers = {"Authorization": environ.get("HTTP_AUTHORIZATION", "")}
        request = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "headers": headers}
        response = stack.handle(request)
        body = json.dumps(response["body"]).encode()
        line = {200: "200 OK", 401: "401 Unauthorized"}[response["status"]]
        start_response(line, [("Content-Length", str(len(body)))])
        return [body]

    return app


def test_many_threads_of_a_real_server():
    def guard(request, next_handler):
        if not request["headers"]["Authorization"]:
            return {"status": 401, "body": request["path"]}
        return next_handler(request)

    def shout(request, next_handler):
        response = next_handler(request)
        return {**response, "body": response["body"].upper()}

    stack = NAMES["MiddlewareStack"](lambda request: {"status": 200, "body": request["path"]})
    stack.use(guard).use(shout)

    async def visit(url):
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            calls = [
                client.get(f"/user/{n}", headers={"Authorization": "Bearer x"} if n % 2 else {})
                for n in range(20)
            ]
            return [(reply.status_code, reply.json()) for reply in await asyncio.gather(*calls)]

    with lab.serve(wsgi(stack)) as url:
        replies = asyncio.run(visit(url))
    assert replies == [(200, f"/USER/{n}") if n % 2 else (401, f"/user/{n}") for n in range(20)]


def test_starlette_adds_outwards_and_only_before_the_start():
    """As the text says: there the layer that was added last is outermost."""
    log = []

    def noting(name):
        async def dispatch(request, call_next):
            log.append(name)
            return await call_next(request)

        return dispatch

    async def endpoint(request):
        return PlainTextResponse("answer")

    app = Starlette(routes=[Route("/", endpoint)])
    for name in "ab":
        app.add_middleware(BaseHTTPMiddleware, dispatch=noting(name))
    assert meet(app).status == 200
    assert log == ["b", "a"]
    with pytest.raises(RuntimeError):
        app.add_middleware(BaseHTTPMiddleware, dispatch=noting("c"))
