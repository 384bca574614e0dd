"""The server of 1.18 against the standard library's client, httpx, pipelining and random cuts."""

import asyncio
import http.client
import json
import socket
from wsgiref.validate import validator

import h11
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SECONDS = 5
NAMES = {}


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("socket-to-app"))
    return NAMES


def send(*pieces, app=None):
    """The parsed answers to raw *pieces*."""
    app = app or NAMES["wire_mirror"]
    raw = asyncio.run(NAMES["wire_send"](NAMES["serve_connection"], app, *pieces))
    return NAMES["wire_answers"](raw)


def with_server(client, app=None):
    """What *client(port)* returns, run in a thread while the server runs in the loop."""

    async def run():
        app_ = app or NAMES["wire_mirror"]
        async with NAMES["wire_serve"](NAMES["serve_connection"], app_) as port:
            return await asyncio.to_thread(client, port)

    return asyncio.run(asyncio.wait_for(run(), 4 * SECONDS))


def request(method="GET", target="/", *fields, body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: a", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def test_http_client_reuses_its_connection():
    def talk(port):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        told, sockets = [], set()
        for method, body in [("GET", None), ("POST", b"x" * 5000), ("DELETE", None), ("PUT", b"\xe9")]:
            client.request(method, "/caf%C3%A9?q=%20", body, {"X-Trace": "1"})
            response = client.getresponse()
            told.append(json.loads(response.read()))
            sockets.add(client.sock)
        client.request("HEAD", "/")
        response = client.getresponse()
        assert (response.status, response.read()) == (200, b"")
        assert int(response.getheader("Content-Length")) > 0
        client.close()
        return told, len(sockets)

    told, sockets = with_server(talk)
    assert sockets == 1
    assert [page["REQUEST_METHOD"] for page in told] == ["GET", "POST", "DELETE", "PUT"]
    assert [len(page["body"]) for page in told] == [0, 5000, 0, 1]
    assert {page["PATH_INFO"].encode("latin-1").decode() for page in told} == {"/café"}
    assert {page["QUERY_STRING"] for page in told} == {"q=%20"}
    assert {page["HTTP_X_TRACE"] for page in told} == {"1"}


def test_httpx_and_the_status_codes_without_a_body():
    def app(environ, start_response):
        start_response(environ["PATH_INFO"][1:], [("ETag", '"1"')])
        return []

    def talk(port):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
            paths = ["/204%20No%20Content", "/304%20Not%20Modified", "/200%20OK", "/404%20Not%20Found"]
            answers = [client.get(path) for path in paths]
            return [(answer.status_code, answer.content) for answer in answers]

    assert with_server(talk, app) == [(204, b""), (304, b""), (200, b""), (404, b"")]


def test_many_clients_at_once():
    async def run():
        async with NAMES["wire_serve"](NAMES["serve_connection"], NAMES["wire_mirror"]) as port:
            async with httpx.AsyncClient(timeout=SECONDS) as client:
                url = f"http://127.0.0.1:{port}"
                answers = await asyncio.gather(
                    *(client.post(f"{url}/{n}", content=f"body {n}") for n in range(30))
                )
        return [answer.json()["body"] for answer in answers]

    assert asyncio.run(run()) == [f"body {n}" for n in range(30)]


def test_the_referee_sits_on_both_sides():
    pages = send(
        request() + request("POST", "/a?b", "Content-Type: a/b", "X-A: 1", body=b"ok"),
        app=validator(NAMES["wire_mirror"]),
    )
    assert [status for status, _, _ in pages] == [200, 200]


def test_h11_can_read_every_answer():
    """A strict parser of the wire agrees with what `wire_answers` reads."""
    raws = [
        request() + request("HEAD") + request("GET", "/", "Connection: close"),
        request("POST", "/", body=b"x" * 3000) + b"nonsense\r\n\r\n",
    ]
    for raw in raws:
        sent = asyncio.run(
            NAMES["wire_send"](NAMES["serve_connection"], NAMES["wire_mirror"], raw)
        )
        methods = [line.split()[0] for line in raw.split(b"\r\n") if b" HTTP/1" in line]
        codes = []
        rest = sent
        while rest:
            parser = h11.Connection(h11.CLIENT)
            method = methods[len(codes)] if len(codes) < len(methods) else b"GET"
            parser.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
            parser.send(h11.EndOfMessage())
            parser.receive_data(rest)
            response = parser.next_event()
            codes.append(response.status_code)
            while not isinstance(parser.next_event(), h11.EndOfMessage):
                pass
            rest = bytes(parser.trailing_data[0])
        assert codes in ([200, 200, 200], [200, 400])


def test_an_abrupt_end_leaves_the_server_well():
    def talk(port):
        for raw in (b"", b"GET", request("POST", "/", "Content-Length: 9") + b"half"):
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as client:
                client.sendall(raw)
        with httpx.Client(timeout=SECONDS) as client:
            return client.get(f"http://127.0.0.1:{port}/well").json()["PATH_INFO"]

    assert with_server(talk) == "/well"


BODIES = st.lists(st.binary(max_size=60), min_size=1, max_size=4)


@settings(derandomize=True, max_examples=40, deadline=None, database=None)
@given(bodies=BODIES, cuts=st.lists(st.integers(0, 600), max_size=8))
def test_pipelined_requests_survive_every_cut(bodies, cuts):
    raw = b"".join(request("POST", f"/{n}", body=body) for n, body in enumerate(bodies))
    marks = sorted({cut for cut in cuts if cut < len(raw)} | {0, len(raw)})
    pieces = [raw[a:b] for a, b in zip(marks, marks[1:])]
    pages = [json.loads(page) for _, _, page in send(*pieces)]
    assert [page["body"].encode("latin-1") for page in pages] == bodies
    assert [page["PATH_INFO"] for page in pages] == [f"/{n}" for n in range(len(bodies))]


def test_two_pieces_cut_at_every_byte():
    raw = request("POST", "/", body=b"abc")
    expected = [page["body"] for page in [json.loads(p) for _, _, p in send(raw)]]
    for cut in range(len(raw)):
        assert [json.loads(p)["body"] for _, _, p in send(raw[:cut], raw[cut:])] == expected
        assert send(raw[:cut]) == []


@settings(derandomize=True, max_examples=80, deadline=None, database=None)
@given(st.binary(max_size=80))
def test_garbage_is_refused_or_dropped(garbage):
    """Never an exception, never a call of the app, never a status but a refusal."""
    calls = []

    def app(environ, start_response):
        calls.append(environ)
        start_response("200 OK", [])
        return []

    statuses = [status for status, _, _ in send(garbage, b"\r\n\r\n", app=app)]
    assert statuses in ([], [400], [505])
    assert calls == []


@settings(derandomize=True, max_examples=60, deadline=None, database=None)
@given(st.randoms(use_true_random=False))
def test_a_changed_byte_never_breaks_the_server(rng):
    raw = bytearray(request("POST", "/a?b", "X-A: 1", "Connection: close", body=b"hello"))
    raw[rng.randrange(len(raw))] = rng.randrange(256)
    for status, headers, _ in send(bytes(raw)):
        assert status in (200, 400, 413, 501, 505)
        assert headers["connection"] in ("close", "keep-alive")
