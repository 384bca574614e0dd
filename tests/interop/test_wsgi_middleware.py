"""The layers of 1.10 between the standard library's server, its referee and real clients."""

import http.client
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.validate import validator

import httpx
import pytest

SECONDS = 5


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass

    def get_stderr(self):
        return open("/dev/null", "w")  # wsgiref prints tracebacks


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Streaming:
    """Sends two chunks, then fails; remembers whether it was closed."""

    def __init__(self):
        self.closed = threading.Event()

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self

    def __iter__(self):
        yield b"one "
        yield b"two"
        raise RuntimeError("after the first byte")

    def close(self):
        self.closed.set()


@pytest.fixture
def names(answer):
    return answer("wsgi-middleware")


@pytest.fixture
def stack(names):
    def build(app):
        for layer in ("timing", "request_id", "error_catching"):
            app = names[f"{layer}_middleware"](validator(app))
        return validator(app)

    return build


@pytest.fixture
def serve():
    """`serve(app)` starts wsgiref's server, a thread a request, and gives its address."""
    servers = []

    def start(app):
        server = make_server("127.0.0.1", 0, app, ThreadingServer, QuietHandler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return server.server_address

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()


def get(address, path="/"):
    client = http.client.HTTPConnection(*address, timeout=SECONDS)
    client.request("GET", path)
    response = client.getresponse()
    return response.status, dict(response.getheaders()), response.read()


def test_the_app_is_served_with_both_headers(names, stack, serve):
    status, headers, body = get(serve(stack(names["inner_app"])))
    assert (status, body) == (200, b'{"status":"ok"}')
    assert float(headers["X-Response-Time"]) >= 0
    assert headers["X-Request-ID"]


def test_an_error_is_a_500_and_is_logged(names, stack, serve, caplog):
    with caplog.at_level(logging.ERROR):
        status, headers, body = get(serve(stack(names["inner_app"])), "/error")
    assert (status, json.loads(body)) == (500, {"error": "Internal Server Error"})
    assert headers["Content-Type"] == "application/json"
    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError]


def test_a_body_that_breaks_off_is_not_mended(stack, serve):
    app = Streaming()
    status, headers, body = get(serve(stack(app)))
    assert (status, body) == (200, b"one two")
    assert app.closed.wait(SECONDS)


def test_ids_are_unique_across_threads(names, stack, serve):
    address = serve(stack(names["inner_app"]))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: get(address), range(40)))
    assert len({headers["X-Request-ID"] for _, headers, _ in answers}) == 40


def test_httpx_agrees(names, stack):
    app = stack(names["inner_app"])
    transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        assert client.get("/").json() == {"status": "ok"}
        assert client.get("/error").status_code == 500
