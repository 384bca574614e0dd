"""The exception exercise against Starlette, singledispatch, a server, threads, and real interrupts."""

import asyncio
import functools
import http
import logging
import logging.handlers
import queue
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette._exception_handler import _lookup_exception_handler
from werkzeug.exceptions import default_exceptions

from webcourse import lab

INTERNAL = {"status": 500, "body": "500: Internal Server Error"}


@pytest.fixture(scope="module")
def names(answer):
    return answer("exception-handlers")


@pytest.fixture
def log():
    """The formatted records of all errors, collected by a thread of logging."""
    lines, waiting = [], queue.SimpleQueue()
    collector = logging.Handler()
    collector.emit = lambda record: lines.append(logging.Formatter("%(message)s").format(record))
    listener = logging.handlers.QueueListener(waiting, collector)
    root, handler = logging.getLogger(), logging.handlers.QueueHandler(waiting)
    handler.setLevel(logging.ERROR)
    root.addHandler(handler)
    listener.start()
    stop = functools.cache(listener.stop)  # only once
    yield lambda: stop() or "\n".join(lines)
    stop()
    root.removeHandler(handler)


def page(cls):
    return lambda exc, request: {"status": 200, "body": cls}


# ------------------------------------------------------------------ who answers


@st.composite
def families(draw):
    """Exception classes, each with one to three parents among those before it."""
    classes = [Exception, LookupError, KeyError, OSError]
    for number in range(draw(st.integers(1, 8))):
        parents = draw(st.lists(st.sampled_from(classes), min_size=1, max_size=3, unique=True))
        try:
            classes.append(type(f"Error{number}", tuple(parents), {}))
        except TypeError:  # no MRO, or no common layout, for these parents
            continue
    return classes


@settings(max_examples=100, deadline=None)
@given(classes=families(), data=st.data())
def test_starlette_and_singledispatch_ask_the_same_handler(names, classes, data):
    handled = data.draw(st.lists(st.sampled_from(classes), unique=True))
    registry, theirs = names["ExceptionHandlerRegistry"](), {}
    dispatched = functools.singledispatch(lambda exc, request: INTERNAL)
    for cls in handled:
        registry.register(cls, page(cls))
        dispatched.register(cls, page(cls))
        theirs[cls] = page(cls)
    logging.disable()
    try:
        for cls in classes:
            exc = cls("text")
            found = _lookup_exception_handler(theirs, exc)
            expected = found(exc, {}) if found else INTERNAL
            assert registry.handle(exc, {}) == expected == dispatched(exc, {})
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name, code", [
    ("HTTPError", 500), ("NotFoundError", 404), ("BadRequestError", 400), ("ValidationError", 422),
])  # fmt: skip
def test_the_names_are_those_of_the_standard(names, name, code):
    exc = names[name]()
    assert exc.status_code == code
    if code == 422:  # RFC 9110 renamed it; Python 3.13 did, Werkzeug has not
        assert exc.message == "Unprocessable Content"
        assert sys.version_info < (3, 13) or exc.message == http.HTTPStatus(code).phrase
    else:
        assert exc.message == http.HTTPStatus(code).phrase == default_exceptions[code]().name


# ------------------------------------------------------------------ what nobody may read


def test_a_server_answers_and_leaks_nothing(names, log):
    registry = names["ExceptionHandlerRegistry"]()
    registry.register(names["HTTPError"], names["http_error_page"])
    registry.register(names["NotFoundError"], names["not_found_page"])

    def view(path):
        if path == "/missing":
            raise names["NotFoundError"]("User not found")
        if path == "/bad":
            raise names["BadRequestError"]("a secret")
        return {"status": 200, "body": str(1 / len(path.strip("/")))}

    def app(environ, start_response):
        try:
            answer = view(environ["PATH_INFO"])
        except Exception as exc:
            answer = registry.handle(exc, environ)
        body = answer["body"].encode()
        line = f"{answer['status']} {http.HTTPStatus(answer['status']).phrase}"
        start_response(line, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    with lab.serve(app) as url, httpx.Client(base_url=url) as client:
        seen = {path: client.get(path) for path in ("/missing", "/bad", "/", "/ok")}
    assert {path: (got.status_code, got.text) for path, got in seen.items()} == {
        "/missing": (404, "404: Not Found - User not found"),
        "/bad": (400, "400: Bad Request - <generic>"),
        "/": (500, "500: Internal Server Error"),
        "/ok": (200, "0.5"),
    }
    text = log()
    assert "ZeroDivisionError" in text and "in view" in text
    assert "User not found" not in text and "a secret" not in text


def test_in_many_threads_each_exception_reaches_the_log_once(names, log):
    registry = names["ExceptionHandlerRegistry"]()

    def fail(exc, request):
        raise LookupError(f"handler {request}")

    registry.register(OSError, fail)

    def work(number):
        try:
            raise (OSError if number % 2 else ArithmeticError)(f"secret {number}.")
        except Exception as exc:
            caught = exc
        return registry.handle(caught, f"{number}.")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(40)))
    assert answers == [INTERNAL] * 40
    text = log()
    for number in range(40):
        assert text.count(f"Error: secret {number}.") == 1
        assert text.count(f"LookupError: handler {number}.") == number % 2


@settings(max_examples=100, deadline=None)
@given(text=st.text(), cls=st.sampled_from([RuntimeError, KeyError, OSError, ExceptionGroup]))
def test_no_text_changes_the_500(names, text, cls):
    logging.disable()
    try:
        exc = cls(text, [ValueError(text)]) if cls is ExceptionGroup else cls(text)
        assert names["ExceptionHandlerRegistry"]().handle(exc, {}) == INTERNAL
    finally:
        logging.disable(logging.NOTSET)


# ------------------------------------------------------------------ what is none of its business


def test_a_cancelled_task_stays_cancelled(names):
    registry = names["ExceptionHandlerRegistry"]()
    registry.register(Exception, page("answered"))
    registry.register(BaseException, page("answered"))

    async def view(seconds):
        try:
            await asyncio.sleep(seconds)
            raise ValueError
        except BaseException as exc:
            return registry.handle(exc, {})

    async def both():
        quick, slow = asyncio.create_task(view(0)), asyncio.create_task(view(60))
        answer = await quick
        slow.cancel()
        await asyncio.wait([slow])
        return answer["body"], slow.cancelled()

    with lab.virtual_time():
        assert asyncio.run(both()) == ("answered", True)


def test_a_real_interrupt_passes(names):
    registry = names["ExceptionHandlerRegistry"]()
    registry.register(BaseException, page("answered"))

    def interrupted():
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException as exc:
            return registry.handle(exc, {})

    with pytest.raises(KeyboardInterrupt):
        interrupted()
