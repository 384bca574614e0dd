"""The App of 2.13 under uvicorn, asked by httpx, and before the referee for ASGI apps.

All of it once with the spare parts and once with the reference solutions of the exercises.
"""

import asyncio
import contextlib
import http.cookies
import json
import logging
import threading

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

from . import asgi_conformance as referee
from .capstones import MINI_FRAMEWORK

SECONDS = 5  # until a test that hangs fails


@pytest.fixture(scope="module", params=[False, True], ids=["spare parts", "own pieces"])
def names(request):
    return MINI_FRAMEWORK.names(request.param)


@pytest.fixture
def app(names):
    return names["directory"](names["App"])


@pytest.fixture
def client(app):
    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=SECONDS) as client:
        yield client


def test_they_are_all_of_the_parts(names):
    lines = repr(names["parts"]).splitlines()
    assert [line.partition(":")[0] for line in lines] == list(MINI_FRAMEWORK.pieces)
    assert len({line.partition(" ")[2].split(",")[0] for line in lines}) == 1


# ------------------------------------------------------------------ uvicorn and httpx


def test_json_and_html_by_accept(client):
    page = client.get("/users/2", headers={"Accept": "text/html"})
    assert page.text == "<h1>Bob &lt;bob@example.com&gt;</h1>"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    data = client.get("/users/2")
    assert data.json() == {"id": 2, "name": "Bob <bob@example.com>"}
    assert data.headers["content-type"] == "application/json"
    assert page.headers["vary"] == data.headers["vary"] == "Accept"
    assert client.get("/users/2", headers={"Accept": "image/png"}).status_code == 406


def test_what_is_refused(client):
    assert client.get("/users/9").status_code == client.get("/nowhere").status_code == 404
    refused = client.delete("/users/1")
    assert refused.status_code == 405
    assert {each.strip() for each in refused.headers["allow"].split(",")} == {"GET", "HEAD"}
    assert client.post("/users", json={"name": " "}).status_code == 422
    assert client.post("/users", content=b"{").status_code == 400
    assert client.post("/users", json={}).status_code == 400
    created = client.post("/users", json={"name": "Zoë"})
    assert (created.status_code, created.headers["location"]) == (201, "/users/3")
    assert client.get(created.headers["location"]).json()["name"] == "Zoë"


@pytest.mark.parametrize("body", [b"", b"3", b"[1]", b"{}", b'{"name": 3}', b"[" * 10**5, b"\xff"])
@pytest.mark.parametrize("path", ["/login", "/users"])
def test_client_errors_are_answered_as_such(client, path, body):
    assert client.post(path, content=body).status_code == 400


@pytest.mark.parametrize("query", ["n=abc", "n=-1", "n=12345", "n=%D9%A3", "&".join(["n"] * 1001)])
def test_queries_that_are_refused(client, query):
    assert client.get(f"/seconds?{query}").status_code == 400


def test_a_name_that_has_no_utf_8(client):
    assert client.post("/login", content=rb'{"name": "\ud800"}').status_code == 200
    answer = client.get("/me")
    assert (answer.status_code, answer.text) == (200, "You are ?")


def test_the_first_of_two_cookies_counts(client):
    """The one with the longer path stands first (RFC 6265, 5.4)."""
    cookies = [
        client.post("/login", json={"name": name}).headers["set-cookie"].partition(";")[0]
        for name in ("Alice", "Mallory")
    ]
    client.cookies.clear()
    assert client.get("/me", headers={"Cookie": "; ".join(cookies)}).text == "You are Alice"


def test_a_stranger_after_a_login_is_a_stranger(client):
    assert client.post("/login", json={"name": "Alice"}).status_code == 200
    client.cookies.clear()
    assert client.get("/me").status_code == 401


def test_a_session_in_a_cookie_jar(client):
    assert client.get("/me").status_code == 401
    cookie = http.cookies.SimpleCookie(
        client.post("/login", json={"name": "Carol"}).headers["set-cookie"]
    )["session"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "Lax")
    for _ in range(2):
        answer = client.get("/me")
        assert answer.text == "You are Carol"
        assert "set-cookie" not in answer.headers
    value = client.cookies["session"]
    forged = ("0" if value[0] != "0" else "1") + value[1:]
    client.cookies.clear()
    for wrong in (forged, value[:-1], value.partition(".")[0], ""):
        answer = client.get("/me", headers={"Cookie": f"session={wrong}"})
        assert answer.status_code == 401


def test_head_has_the_head_of_get(client):
    got, head = client.get("/users/1"), client.head("/users/1")
    ignored = {"date"}
    assert head.content == b"" and head.status_code == 200
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in got.headers.items() if k not in ignored
    }


def test_a_500_leaks_nothing_and_is_logged(client, caplog):
    answer = client.get("/broken")
    told = f"{answer.headers} {answer.text}"
    assert answer.status_code == 500
    assert not [word for word in ("hunter2", "RuntimeError", "Traceback") if word in told]
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[0] is RuntimeError
    assert client.get("/users/1").status_code == 200  # and the app lives on


def test_events_arrive_one_by_one(names):
    """The second event is made only when the client has said that it has the first."""
    app, confirmed = names["App"]("secret" * 6), asyncio.Event()

    async def events():
        yield "first"
        await asyncio.wait_for(confirmed.wait(), SECONDS)
        yield "second"

    app.get("/events")(lambda request: names["parts"].StreamingResponse.sse(events()))

    @app.post("/confirm")
    async def confirm(request):
        confirmed.set()
        return {"status": 204, "body": ""}

    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=SECONDS) as client:
        with client.stream("GET", "/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = (line for line in answer.iter_lines() if line)
            assert next(lines).removeprefix("data:").strip() == "first"
            assert httpx.post(f"{url}/confirm", timeout=SECONDS).status_code == 204
            assert next(lines).removeprefix("data:").strip() == "second"
            assert list(lines) == []


def test_a_stream_ends_when_its_client_hangs_up(names):
    app, ended = names["App"]("secret" * 6), threading.Event()

    async def numbers():
        try:
            yield "0"
            await asyncio.sleep(3600)
            yield "1"
        finally:
            ended.set()

    app.get("/numbers")(lambda request: names["parts"].StreamingResponse(numbers()))
    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=SECONDS) as client:
        with client.stream("GET", "/numbers") as answer:
            chunks = answer.iter_text()  # kept, since it hangs up when it is collected
            assert next(chunks) == "0"
            assert not ended.is_set()
        assert ended.wait(SECONDS)


def test_a_broken_stream_is_no_complete_answer(names, capsys):
    app = names["App"]("secret" * 6)

    async def numbers():
        yield "0"
        raise RuntimeError("no more numbers")

    app.get("/numbers")(lambda request: names["parts"].StreamingResponse(numbers()))
    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=SECONDS) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/numbers")
    assert "no more numbers" in capsys.readouterr().out  # what lab.serve tells


def test_the_lifespan_lies_around_all_requests(names):
    log = []

    @contextlib.asynccontextmanager
    async def lifespan():
        log.append("started")
        yield
        log.append("stopped")

    app = names["App"]("secret" * 6, lifespan=lifespan)
    app.get("/")(lambda request: {"status": 200, "body": ", ".join(log)})
    with lab.serve(app) as url:
        assert httpx.get(url, timeout=SECONDS).text == "started"
    assert log == ["started", "stopped"]


def test_a_server_does_not_start_without_the_app(names):
    @contextlib.asynccontextmanager
    async def lifespan():
        raise LookupError("no database")
        yield

    with pytest.raises(RuntimeError, match="no database"):
        with lab.serve(names["App"]("secret" * 6, lifespan=lifespan)):
            pass


def test_many_clients_at_once(app):
    async def visit(client, n):
        name = f"Carol {n}"
        login = await client.post("/login", json={"name": name})
        assert login.status_code == 200
        assert (await client.get("/me")).text == f"You are {name}"

    async def run(url):
        async with contextlib.AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=SECONDS))
                for _ in range(4)
            ]
            await asyncio.gather(*map(visit, clients, range(4)))

    with lab.serve(app) as url:
        asyncio.run(run(url))


# ------------------------------------------------------------------ the referee


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/users/1", "/users/9", "/users", "/me", "/nowhere", "/broken"])
def test_every_answer_keeps_the_rules(app, method, path):
    exchange = referee.meet(app, method, path, body=[b'{"name":', b' "Carol"}'])
    assert exchange.complete
    assert exchange.status in (200, 201, 401, 404, 405, 500)


def test_streams_keep_the_rules(app):
    exchange = referee.meet(app, "GET", "/seconds", query=b"n=3")
    assert exchange.complete and exchange.times == [0, 1, 2, 3]


@pytest.mark.parametrize("closing", referee.CLOSING)
@pytest.mark.parametrize("leaves", [0.5, 1.0, 1.5, 2.0])
def test_a_client_may_leave_at_any_moment(app, leaves, closing):
    exchange = referee.meet(app, "GET", "/seconds", query=b"n=60", leaves=leaves, closing=closing)
    assert exchange.left and exchange.seconds <= leaves + 1


def test_a_client_may_leave_while_something_is_sent(app):
    """The generator then stands at its `yield`, and only a right StreamingResponse closes it."""
    exchange = referee.meet(app, "GET", "/seconds", query=b"n=60", leaves=1.5, network=1)
    assert exchange.left


def test_an_upload_may_break_off(app):
    exchange = referee.meet(app, "POST", "/login", body=[b'{"na'], truncated=True)
    assert exchange.left and exchange.status is None


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_content(names, status):
    app = names["App"]("secret" * 6)
    app.get("/")(lambda request: {"status": status, "body": "", "headers": {"ETag": '"1"'}})
    exchange = referee.meet(app)
    assert (exchange.status, exchange.body, exchange.header("etag")) == (status, b"", '"1"')


def test_it_speaks_lifespan_and_http_only(app):
    async def visit():
        async with referee.lifespan(app) as supported:
            assert supported
            return (await referee.converse(app, path="/users/1")).status

    assert referee.in_virtual_time(visit) == 200
    assert referee.refuses(app, "websocket")


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, max_examples=30, deadline=None, database=None)
@given(document=DOCUMENTS, cuts=st.lists(st.integers(0, 80), max_size=4))
def test_any_document_in_any_pieces(names, document, cuts):
    app, bodies = names["App"]("secret" * 6), []

    @app.post("/")
    def keep(request):
        bodies.append(request["body"])
        return {"status": 200, "body": {"back": request["body"]}}

    raw = json.dumps(document, ensure_ascii=False).encode()
    marks = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    pieces = [raw[a:b] for a, b in zip(marks, marks[1:])]
    exchange = referee.meet(app, "POST", body=pieces)
    assert bodies == [document]
    assert json.loads(exchange.body) == {"back": document}


@settings(derandomize=True, max_examples=30, deadline=None, database=None)
@given(raw=st.binary(max_size=30), cookie=st.text(max_size=30).map(lambda text: text.encode()))
def test_garbage_is_answered_not_raised(names, raw, cookie):
    app = names["App"]("secret" * 6)
    app.post("/")(lambda request: {"status": 200, "body": f"{request['session']}"})
    cookie = cookie.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"").strip()
    exchange = referee.meet(app, "POST", body=[raw], headers=[(b"cookie", b"session=" + cookie)])
    assert exchange.status in (200, 400)
    assert exchange.status == 400 or exchange.body == b"{}"
