"""The app of 2.7 before the referee, behind uvicorn, and in the hands of other people's clients."""

import http.client
import logging
import socket
import threading
from unittest import mock
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from webcourse import lab

from .asgi_conformance import converse, in_virtual_time, lifespan, meet, refuses

SECONDS = 5
NAMES = {}


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("asgi-app"))
    return NAMES


@pytest.fixture
def app():
    return NAMES["asgi_app"]


# ------------------------------------------------------------------ the referee


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path, status, body", [
    ("/", 200, b"Hello from ASGI!"), ("/other", 404, b"Not Found"), ("//", 404, b"Not Found"),
])  # fmt: skip
def test_the_referee_has_no_complaint(app, method, path, status, body):
    exchange = meet(app, method, path)
    assert (exchange.status, exchange.body) == (status, body)
    assert exchange.header("content-type") == "text/plain; charset=utf-8"
    assert exchange.header("content-length") == str(len(body))
    assert exchange.received == ["http.request"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=5), min_size=1, max_size=6), st.booleans(), st.text(max_size=20))
def test_every_body_is_read_and_every_page_is_sent(pieces, truncated, text):
    with mock.patch.dict(NAMES["ASGI_PAGES"], {"/page": text}):
        exchange = meet(NAMES["asgi_app"], "PUT", "/page", body=pieces, truncated=truncated)
    assert exchange.left == truncated
    assert exchange.received == ["http.request"] * len(pieces) + ["http.disconnect"] * truncated
    assert exchange.body == (b"" if truncated else text.encode())


def test_a_client_that_leaves_a_slow_network(app):
    for closing in ("silent", "raises"):
        assert meet(app, leaves=0.5, network=1, closing=closing).left


def test_other_protocols_are_refused(app):
    assert refuses(app, "websocket")
    assert refuses(app, "lifespan", "startup")

    async def visit():
        async with lifespan(app) as supported:
            return supported, (await converse(app)).status

    assert in_virtual_time(visit) == (False, 200)


# ------------------------------------------------------------------ real servers and clients


@pytest.fixture(scope="module")
def url(names):
    with lab.serve(names["asgi_app"]) as address:
        yield address


def test_uvicorn_and_httpx(url):
    with httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(2):  # the connection is kept open
            page = client.get("/")
            assert (page.status_code, page.text) == (200, "Hello from ASGI!")
            assert page.headers["content-type"] == "text/plain; charset=utf-8"
        assert client.get("/other").status_code == 404
        assert client.get("/?name=x").status_code == 200  # the query is no part of the path


def test_the_server_leaves_out_the_body_of_a_head(url):
    head = httpx.head(url, trust_env=False)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "16")


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000])
def test_uploads_of_any_size(url, size):
    assert httpx.post(url, content=bytes(size), trust_env=False).status_code == 200


def test_an_upload_in_chunks_of_unknown_length(url):
    assert httpx.post(url, content=iter([b"one", b"two"]), trust_env=False).text == "Hello from ASGI!"


def test_uploads_side_by_side(url):
    """The first half of each upload, then the second halves, the later client first."""
    address = urlsplit(url)
    clients = [socket.create_connection((address.hostname, address.port), SECONDS) for _ in range(2)]
    for client, path in zip(clients, ("/", "/other"), strict=True):
        head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf"
        client.sendall(head.encode())
    pages = []
    for client in reversed(clients):
        with client, client.makefile("rb") as reader:
            client.sendall(b"half")
            pages.append(reader.read().partition(b"\r\n\r\n")[2])
    assert pages == [b"Not Found", b"Hello from ASGI!"]


def test_a_path_is_decoded(url):
    with mock.patch.dict(NAMES["ASGI_PAGES"], {"/grüße": "Grüße"}):
        page = httpx.get(f"{url}/gr%C3%BC%C3%9Fe", trust_env=False)
    assert (page.text, page.headers["content-length"]) == ("Grüße", "7")


def test_an_upload_that_breaks_off_is_no_error(names, caplog):
    ended = threading.Event()

    async def watched(scope, receive, send):
        try:
            await names["asgi_app"](scope, receive, send)
        finally:
            if scope["type"] == "http":
                ended.set()

    with caplog.at_level(logging.ERROR), lab.serve(watched) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port), SECONDS) as connection:
            connection.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        assert ended.wait(SECONDS)
    assert caplog.records == []


def test_the_standard_library_agrees(url):
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
    for path, status in [("/", 200), ("/other", 404)]:
        client.request("DELETE", path, body=b"x" * 5000)
        response = client.getresponse()
        length = int(response.headers["content-length"])
        assert (response.status, len(response.read())) == (status, length)
    client.close()


def test_httpx_without_a_network(app):
    async def visit():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            return [(await client.post(path, content=b"x" * 10)).text for path in ("/", "/other")]

    assert in_virtual_time(visit) == ["Hello from ASGI!", "Not Found"]


def test_the_test_client_of_starlette(app):
    client = TestClient(app)  # without a block there is no lifespan
    assert (client.get("/").text, client.post("/other").status_code) == ("Hello from ASGI!", 404)
