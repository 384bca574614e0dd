"""The app of 1.1, served by the standard library and judged by its referee."""

import http.client
import threading
import warnings
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import httpx
import pytest

SECONDS = 5


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def names(answer):
    return answer("minimal-wsgi-app")


@pytest.fixture
def server(names):
    """wsgiref's server around the validated app, for as many requests as a test sends."""
    app = validator(names["simple_wsgi_app"])
    with make_server("127.0.0.1", 0, app, handler_class=QuietHandler) as server:
        server.timeout = SECONDS
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(SECONDS)


@pytest.mark.parametrize(
    "path, status, body",
    [
        ("/", 200, b"Hello, WSGI!"),
        ("/?page=2", 200, b"Hello, WSGI!"),
        ("/other", 404, b"Not Found"),
        ("/caf%C3%A9", 404, b"Not Found"),
    ],
)
def test_wsgiref_and_http_client(server, path, status, body):
    client = http.client.HTTPConnection(*server.server_address, timeout=SECONDS)
    client.request("GET", path)
    response = client.getresponse()
    assert (response.status, response.read()) == (status, body)
    assert response.getheader("Content-Type") == "text/plain"
    assert response.getheader("Content-Length") == str(len(body))
    client.close()


def test_httpx_calls_the_app_without_a_server(names):
    transport = httpx.WSGITransport(app=validator(names["simple_wsgi_app"]))
    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        assert client.get("/").text == "Hello, WSGI!"
        assert client.get("/other").status_code == 404


def test_the_given_environ_is_complete(names):
    """The referee warns about a missing QUERY_STRING and an unknown method: it must have no cause."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert names["wsgi_complaint"](names["simple_wsgi_app"]) == "no complaint"


class TestTheGivenCaller:
    """`run_wsgi` is a PEP 3333 server: what it must refuse, and what it must allow."""

    @pytest.fixture
    def run(self, names):
        return lambda app: names["run_wsgi"](app, names["wsgi_environ"]())

    def test_a_second_start_needs_exc_info(self, run):
        def app(environ, start_response):
            start_response("200 OK", [])
            start_response("200 OK", [])
            return []

        with pytest.raises(AssertionError, match="twice"):
            run(app)

    def test_a_second_start_with_exc_info_replaces_the_first(self, run):
        def app(environ, start_response):
            start_response("200 OK", [("A", "1")])
            start_response("500 Oops", [("B", "2")], (ValueError, ValueError(), None))
            yield b"sorry"

        assert run(app) == ("500 Oops", [("B", "2")], b"sorry")

    def test_exc_info_is_raised_when_a_byte_is_out(self, run):
        def app(environ, start_response):
            start_response("200 OK", [])
            yield b""
            yield b"x"
            start_response("500 Oops", [], (ValueError, ValueError("late"), None))

        with pytest.raises(ValueError, match="late"):
            run(app)

    def test_write_comes_before_what_is_returned(self, run):
        def app(environ, start_response):
            start_response("200 OK", [])(b"a")
            return [b"b"]

        assert run(app)[2] == b"ab"

    @pytest.mark.parametrize("body, complaint", [
        (["text"], "not bytes"),
        ([1], "not bytes"),
        (b"bare", "bytes or str itself: put it in a list"),
        ("bare", "bytes or str itself: put it in a list"),
        (None, "returned None: is a return missing"),
    ])
    def test_the_body_is_an_iterable_of_bytes(self, run, body, complaint):
        def app(environ, start_response):
            start_response("200 OK", [])
            return body

        with pytest.raises(AssertionError, match=complaint):
            run(app)

    def test_a_body_needs_a_start(self, run):
        with pytest.raises(AssertionError, match="before start_response"):
            run(lambda environ, start_response: [b"x"])
        with pytest.raises(AssertionError, match="never called"):
            run(lambda environ, start_response: [])

    @pytest.mark.parametrize("error", [None, KeyError("x")])
    def test_the_body_is_closed(self, run, error):
        closed = []

        class Body:
            def __iter__(self):
                yield b"a"
                if error:
                    raise error

            def close(self):
                closed.append(True)

        def app(environ, start_response):
            start_response("200 OK", [])
            return Body()

        if error:
            with pytest.raises(KeyError):
                run(app)
        else:
            run(app)
        assert closed == [True]
