"""Live servers: there when the block begins, gone when it ends, and quiet about errors."""

import asyncio
import concurrent.futures
import functools
import re
import socket
import sys
import threading
import time
from wsgiref.validate import validator

import httpx
import pytest

from tests.lab.running import run_cells, shown
from webcourse.lab import clock, live
from webcourse.lab.live import is_asgi, serve


def wsgi(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/error"):
        raise ValueError("no\nway")
    if path == "/slow":
        time.sleep(0.2)
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size) or b"hello"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    path = scope["path"]
    if path.startswith("/error"):
        raise ValueError("no\nway")
    if path == "/slow":
        await asyncio.sleep(0.2)
    body = (await receive()).get("body") or b"hello"
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": path == "/late"})
    if path == "/late":
        raise ValueError("too late")


APPS = {"WSGI": wsgi, "ASGI": asgi}


@pytest.fixture(params=APPS.values(), ids=APPS)
def app(request):
    return request.param


def is_listening(url):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


# ------------------------------------------------------------------ the block


def test_the_server_answers_from_the_first_line_of_the_block(app):
    with serve(app) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(url).text == "hello"
        assert httpx.post(url, content=b"ping").text == "ping"


def test_it_is_gone_after_the_block(app):
    threads = threading.active_count()
    with serve(app) as url:
        httpx.get(url)
    assert not is_listening(url)
    assert threading.active_count() == threads


def test_it_is_gone_after_a_block_that_raises(app):
    threads = threading.active_count()
    with pytest.raises(KeyError), serve(app) as url:
        raise KeyError(url)
    assert not is_listening(url)
    assert threading.active_count() == threads


def test_starting_and_stopping_take_little_time(app):
    with serve(app):  # the first one imports uvicorn
        pass
    start = time.perf_counter()
    with serve(app):
        pass
    assert time.perf_counter() - start < 1


def test_it_stops_while_clients_keep_their_connections(app):
    with httpx.Client() as client:
        start = time.perf_counter()
        with serve(app) as url:
            client.get(url)
            idle = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
            idle.sendall(b"GET / HTTP/1.1\r\n")  # and never the rest
            time.sleep(0.05)
        idle.close()
        assert time.perf_counter() - start < 2 * live.STOP_SECONDS + 1


def test_requests_run_side_by_side(app):
    with serve(app) as url, concurrent.futures.ThreadPoolExecutor(8) as pool:
        start = time.perf_counter()
        answers = list(pool.map(httpx.get, [url + "/slow"] * 8))
        assert time.perf_counter() - start < 8 * 0.2
    assert [answer.text for answer in answers] == ["hello"] * 8


def test_two_servers_at_once():
    with serve(wsgi) as one, serve(asgi) as other:
        assert one != other
        assert httpx.get(one).text == httpx.get(other).text == "hello"


def test_it_serves_inside_a_running_loop(app):
    async def main():
        async with httpx.AsyncClient() as client:
            with serve(app) as url:
                return (await client.get(url)).text

    assert asyncio.run(main()) == "hello"


def test_raw_sockets_get_bytes(app):
    with serve(app) as url:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.") and b" 200 OK\r\n" in answer
    assert answer.endswith(b"hello") or b"\r\nhello\r\n" in answer


# ------------------------------------------------------------------ what it passes on


def test_a_wsgi_environ_is_complete_and_holds_nothing_of_the_process(monkeypatch):
    monkeypatch.setenv("WEBCOURSE_SECRET", "1")
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    with serve(validator(app)) as url:
        httpx.get(url + "/a%20b?q=1", headers={"X-Name": "y"})
    assert (seen["PATH_INFO"], seen["QUERY_STRING"], seen["HTTP_X_NAME"]) == ("/a b", "q=1", "y")
    assert "WEBCOURSE_SECRET" not in seen


def test_an_asgi_lifespan_is_run():
    events = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            for _ in range(2):
                event = (await receive())["type"]
                events.append(event)
                await send({"type": f"{event}.complete"})
        else:
            await asgi(scope, receive, send)

    with serve(app) as url:
        assert events == ["lifespan.startup"]
        assert httpx.get(url).text == "hello"
    assert events == ["lifespan.startup", "lifespan.shutdown"]


def test_an_app_that_refuses_to_start_says_why():
    async def app(scope, receive, send):
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="refused to start: no database"), serve(app):
        pytest.fail("the block must not run")


# ------------------------------------------------------------------ errors


def test_an_error_is_answered_with_500_and_told_in_one_line(app, capsys):
    with serve(app) as url:
        assert httpx.get(url + "/error").status_code == 500
        assert httpx.get(url).status_code == 200
    out, err = capsys.readouterr()
    assert out == "500 for GET /error: ValueError: no way\n"
    assert err == ""


def test_the_path_of_an_error_is_readable(app, capsys):
    with serve(app) as url:
        assert httpx.get(url + "/error/caf%C3%A9").status_code == 500
        assert httpx.get(url + "/error/%FF").status_code == 500
    out, _ = capsys.readouterr()
    assert re.findall("GET (.*?):", out) == ["/error/café", "/error/\ufffd"]


def test_an_error_in_the_middle_of_a_response_cuts_it(capsys):
    with serve(asgi) as url, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url + "/late")
    out, err = capsys.readouterr()
    assert out == "500 for GET /late: ValueError: too late\n"
    assert err == ""


def test_many_errors_are_cut_short(app, capsys):
    with serve(app) as url:
        for _ in range(8):
            httpx.get(url + "/error")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[-1] == "and 3 more"


def test_what_the_server_objects_to_is_one_line(capsys):
    async def silent(scope, receive, send):
        pass

    def numeric(environ, start_response):
        start_response("200 OK", [("Content-Length", 2)])
        return [b"hi"]

    for broken in (silent, numeric):
        with serve(broken) as url:
            assert httpx.get(url).status_code == 500
        out, err = capsys.readouterr()
        assert len(out.splitlines()) == 1, out
        assert err == ""


def test_a_client_that_goes_away_is_no_error(app, capsys):
    with serve(app) as url:
        client = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        client.close()
        time.sleep(0.3)
    assert capsys.readouterr() == ("", "")


# ------------------------------------------------------------------ which server


class Callable:
    async def __call__(self, scope, receive, send):
        await asgi(scope, receive, send)


def wrapped(scope, receive, send):
    return asgi(scope, receive, send)


@pytest.mark.parametrize("app, expected", [
    (asgi, True),
    (Callable(), True),
    (Callable().__call__, True),
    (functools.partial(asgi), True),
    (wrapped, True),
    (wsgi, False),
    (validator(wsgi), False),
    (lambda environ, start_response: [], False),
    (lambda *args: [], False),
])
def test_the_kind_of_an_app_is_seen(app, expected):
    assert is_asgi(app) is expected


@pytest.mark.parametrize("wrong", [None, Callable, "module:app"])
def test_what_is_no_app_is_refused(wrong):
    with pytest.raises(TypeError, match="serve\\(\\) needs an app"), serve(wrong):
        pass


def test_virtual_time_is_refused_by_name(app):
    with clock.virtual_time(), pytest.raises(RuntimeError, match=r"virtual_time\(\)"), serve(app):
        pass


# ------------------------------------------------------------------ in a notebook

IN_A_NOTEBOOK = """
import asyncio
import httpx

def one(environ, start_response):
    if environ["PATH_INFO"] == "/error":
        raise NotImplementedError  # your code here
    if environ["PATH_INFO"] == "/not/supported":
        raise NotImplementedError("no chunks")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"one"]

async def two(scope, receive, send):
    if scope["path"] == "/error":
        raise KeyError("x")
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"two"})

async def get(url):
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text
"""


@pytest.mark.skipif(sys.platform == "emscripten", reason="no sockets")
def test_it_works_in_a_kernel_whose_loop_is_patched():
    _, *cells, after = run_cells(
        IN_A_NOTEBOOK,
        "with lab.serve(one) as url:\n    print(httpx.get(url).text, asyncio.run(get(url)))",
        "with lab.serve(two) as url:\n    print(httpx.get(url).text, asyncio.run(get(url)))",
        "with lab.serve(two) as url:\n    print(await get(url))",
        "with lab.serve(one) as url, lab.serve(two) as other:\n"
        "    print(httpx.get(url + '/error').status_code, httpx.get(other + '/error').status_code)",
        "with lab.serve(one) as url:\n    print(httpx.get(url + '/not/supported').status_code)",
        "with lab.virtual_time() as clock:\n    asyncio.run(asyncio.sleep(3))\nclock.elapsed",
    )
    assert [shown(outputs) for outputs in cells] == [
        "one one\n",
        "two two\n",
        "two\n",
        "500 500\n"
        "500 for GET /error: KeyError: 'x' (two, line 14)\n"
        "500 for GET /error: one() is not written yet; put your code in its place\n",
        "500\n500 for GET /not/supported: NotImplementedError: no chunks (one, line 8)\n",
    ]
    assert shown(after) == "3.0"
