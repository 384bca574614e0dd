"""The two classes of 2.4 behind the standard library's server and referee, and beside werkzeug."""

import contextlib
import http.client
import io
import socket
import string
import threading
import warnings
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

SECONDS = 5
SCALE = settings(max_examples=60, deadline=None)


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def names(answer):
    return answer("wsgi-interface")


def app_of(names, respond):
    """A WSGI app, *respond(request)* making its response: the adapter to PEP 3333's call form."""

    def app(environ, start_response):
        return respond(names["WSGIRequest"](environ))(start_response)

    return app


def echo(names):
    def respond(request):
        text = f"{request.method} {request.path} {request.query_string} "
        body = text.encode() + request.body + request.body
        status = 204 if request.path == "/nothing" else 200
        return names["WSGIResponse"](status, body, {"X-Length": str(len(request.body))})

    return app_of(names, respond)


# ------------------------------------------------------------------ wsgiref


@contextlib.contextmanager
def serving(app):
    """wsgiref's server. Its streams do not end with the body."""
    with make_server("127.0.0.1", 0, app, handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)


@pytest.fixture(scope="module")
def server(names):
    with serving(validator(echo(names))) as server:
        yield server


@pytest.fixture(scope="module")
def lenient_server(names):
    """Without the referee, which refuses the environ of a request with a bad length."""
    with serving(echo(names)) as server:
        yield server


@pytest.mark.parametrize("target, path, query", [
    ("/hello?name=world", "/hello", "name=world"),
    ("/caf%C3%A9?q=%C3%A9", "/café", "q=%C3%A9"),
    ("/100%2525", "/100%25", ""),
    ("/%FF", "/\ufffd", ""),
    ("/", "/", ""),
])
@pytest.mark.parametrize("body", [b"", "2 × tea".encode(), bytes(range(256)) * 20])
def test_a_real_client_gets_what_it_sent(server, target, path, query, body):
    client = http.client.HTTPConnection(*server.server_address, timeout=SECONDS)
    client.request("POST", target, body)
    response = client.getresponse()
    expected = f"POST {path} {query} ".encode() + body + body
    assert (response.status, response.reason) == (200, "OK")
    assert response.getheader("Content-Length") == str(len(expected))
    assert response.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert response.getheader("X-Length") == str(len(body))
    assert response.read() == expected
    client.close()


def test_a_204_has_no_content_on_the_wire(server):
    client = http.client.HTTPConnection(*server.server_address, timeout=SECONDS)
    client.request("GET", "/nothing")
    response = client.getresponse()
    assert (response.status, response.read()) == (204, b"")
    assert response.getheader("Content-Length") is None
    assert response.getheader("Content-Type") is None
    client.close()


@pytest.mark.parametrize("length", ["", "-1", "abc", "99999999999999999999x"])
def test_a_bad_length_neither_hangs_nor_fails(lenient_server, length):
    """The client keeps its side open: an app that read to the end would wait for ever."""
    address = lenient_server.server_address
    with socket.create_connection(address, timeout=SECONDS) as client:
        client.sendall(f"POST /x HTTP/1.0\r\nContent-Length: {length}\r\n\r\nand more".encode())
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"X-Length: 0\r\n" in answer


def test_a_pipelined_request_stays_in_the_stream(names):
    stream = io.BytesIO(b"2 teasGET / HTTP/1.1\r\n\r\n")
    request = names["WSGIRequest"]({"CONTENT_LENGTH": "6", "wsgi.input": stream})
    assert (request.body, request.body, stream.read(3)) == (b"2 teas", b"2 teas", b"GET")


@SCALE
@given(
    status=st.sampled_from([200, 201, 204, 299, 304, 400, 404, 418, 422, 500, 599]),
    body=st.one_of(st.text(), st.binary()),
    headers=st.dictionaries(
        st.sampled_from(["content-type", "Content-Length", "X-Table", "ETag", "Set-Cookie"]),
        st.text(string.ascii_letters + string.digits, min_size=1, max_size=8),
    ),
)
def test_the_referee_has_no_complaint(names, status, body, headers):
    """wsgiref.validate accepts every response, 204 and 304 included."""
    app = app_of(names, lambda request: names["WSGIResponse"](status, body, dict(headers)))
    environ = {"QUERY_STRING": ""}
    setup_testing_defaults(environ)
    heard = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent = validator(app)(environ, lambda *start: heard.append(start))
        content = b"".join(sent)
        sent.close()
    [(line, fields)] = heard
    assert line.startswith(f"{status} ") and len(line) > 4
    expected = body.encode() if isinstance(body, str) else body
    assert content == (b"" if status in (204, 304) else expected)
    lengths = [value for name, value in fields if name.lower() == "content-length"]
    assert lengths == ([] if status in (204, 304) else [str(len(expected))])


# ------------------------------------------------------------------ werkzeug


@SCALE
@given(
    path=st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
    query=st.text(string.ascii_letters + "=&%+", max_size=12),
    body=st.binary(max_size=40),
    extra=st.binary(max_size=10),
)
def test_werkzeug_reads_the_same_from_an_environ(names, path, query, body, extra):
    """werkzeug's `Request.path` makes one slash of several at the front; there are none here."""
    target = quote(f"/{path}")
    builder = EnvironBuilder(target, method="PUT", query_string=query, data=body)
    environ = builder.get_environ()
    theirs = Request({**environ, "wsgi.input": io.BytesIO(body + extra)})
    ours = names["WSGIRequest"]({**environ, "wsgi.input": io.BytesIO(body + extra)})
    assert (ours.method, ours.path) == (theirs.method, theirs.path) == ("PUT", f"/{path}")
    assert ours.query_string.encode("latin-1") == theirs.query_string
    assert (ours.body, ours.body) == (theirs.get_data(), theirs.get_data())


@SCALE
@given(st.binary(min_size=1, max_size=12))
@example(b"\xff")
@example(b"caf\xc3")
def test_werkzeug_replaces_the_same_bytes_of_a_path(names, raw):
    path_info = "/x" + raw.decode("latin-1")
    environ = {**EnvironBuilder("/").get_environ(), "PATH_INFO": path_info}
    assert names["WSGIRequest"](environ).path == Request(environ).path


@pytest.mark.parametrize("length", ["", "0", "3", "03", "abc", "-1", "4.0", "1_0", "\xb2", "+2"])
def test_werkzeug_reads_as_much_for_any_length(names, length):
    """Digits only (RFC 9110, 8.6). werkzeug also strips blanks, which no server leaves there."""
    environ = {**EnvironBuilder("/").get_environ(), "CONTENT_LENGTH": length}
    theirs = Request({**environ, "wsgi.input": io.BytesIO(b"2 teas")}).get_data()
    ours = names["WSGIRequest"]({**environ, "wsgi.input": io.BytesIO(b"2 teas")}).body
    assert ours == theirs


@SCALE
@given(
    status=st.sampled_from([200, 201, 204, 404, 500]),
    body=st.one_of(st.text(), st.binary()),
    kind=st.sampled_from([None, "text/html; charset=utf-8", "image/png"]),
)
def test_werkzeug_sends_the_same_headers(names, status, body, kind):
    """But for 204: werkzeug takes Content-Length away and leaves Content-Type."""
    headers = {"content-type": kind} if kind else {}
    heard = []
    ours = names["WSGIResponse"](status, body, headers)
    content = b"".join(ours(lambda line, fields: heard.append((line, fields))))
    theirs = Response(body, status, headers)
    environ = EnvironBuilder("/").get_environ()
    sent, line, fields = theirs.get_wsgi_response(environ)
    expected = {name.lower(): value for name, value in fields}
    if status == 204:
        del expected["content-type"]
    assert {name.lower(): value for name, value in heard[0][1]} == expected
    assert heard[0][0].upper() == line
    assert content == b"".join(sent)
