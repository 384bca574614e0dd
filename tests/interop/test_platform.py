"""The Platform of 3.16 under uvicorn, over a real SQLite file, asked by httpx.

All of it once with the spare parts and once with the reference solutions of the exercises.
"""

import asyncio
import contextlib
import json
import logging
import sqlite3

import aiosqlite
import httpx
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

from . import asgi_conformance as referee
from .capstones import PLATFORM

SECONDS = 5  # until a test that hangs fails
TLS = httpx.create_ssl_context()  # slow to make: one for all clients


@pytest.fixture(scope="module", params=[False, True], ids=["spare parts", "own pieces"])
def names(request):
    return PLATFORM.names(request.param)


# ------------------------------------------------------------------ uvicorn, httpx and aiosqlite


class Service:
    """A platform over a ledger in a file, with an upstream in this process."""

    def __init__(self, names, path, **options):
        self.names, self.path = names, path
        self.takes, self.raises, self.calls = 0, None, 0
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.executescript(f"PRAGMA journal_mode = WAL; {names['LEDGER']}")
        self.settings = names["PlatformSettings"](burst=200, **options)
        self.platform = names["Platform"](names["parts"], self.settings, self.connect, self.upstream)
        self.app = names["HttpFront"](self.platform)

    async def connect(self):
        conn = await aiosqlite.connect(self.path, timeout=0.1, isolation_level=None)
        await conn.execute("PRAGMA synchronous = OFF")
        conn.closed = False
        return conn

    async def upstream(self, currency):
        self.calls += 1
        await asyncio.sleep(self.takes)
        if self.raises:
            raise self.raises
        return {"EUR": 1.25}.get(currency)

    def headers(self, user="alice", key=None):
        create_token = self.names["parts"].JWTMiddleware.create_token
        token = create_token({"sub": user}, self.settings.secret)
        return {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})

    def audit(self):
        return self.names["audit"](self.path)


@pytest.fixture
def service(names, tmp_path):
    return Service(names, tmp_path / "ledger.db")


@pytest.fixture
def client(service):
    with (
        lab.serve(service.app) as url,
        httpx.Client(base_url=url, timeout=SECONDS, verify=TLS) as client,
    ):
        yield client


ORDER = {"amount": 2000, "currency": "EUR"}
BALANCED = {"charged twice": 0, "out of balance": 0, "without a receipt": 0}


def test_a_charge_and_its_replay(service):
    with (
        lab.serve(service.app) as url,
        httpx.Client(base_url=url, timeout=SECONDS, verify=TLS) as client,
    ):
        first, again = (
            client.post("/charges", json=ORDER, headers=service.headers(key="k")) for _ in range(2)
        )
        assert (first.status_code, first.json()) == (201, {"id": 1, "cents": 2500})
        assert (again.status_code, again.json()) == (201, {"id": 1, "cents": 2500})
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        other = {**ORDER, "amount": 1}
        refused = client.post("/charges", json=other, headers=service.headers(key="k"))
        assert refused.status_code == 422
        assert refused.json()["title"] == "Unprocessable Content"
    assert service.audit() == {"charges": 1, "receipts": 1, **BALANCED}
    with contextlib.closing(sqlite3.connect(service.path)) as db:
        assert db.execute("SELECT account, cents FROM entries ORDER BY cents").fetchall() == [
            ("alice", -2500), ("shop", 2500),
        ]  # fmt: skip


def test_what_is_refused(service, client):
    stranger = client.get("/rates/EUR")
    assert stranger.headers["www-authenticate"] == 'Bearer realm="platform"'
    assert stranger.headers["content-type"] == "application/problem+json"
    assert stranger.json() == {"title": "Unauthorized", "status": 401}
    forged = {"Authorization": service.headers()["Authorization"] + "X"}
    assert (
        'error="invalid_token"' in client.get("/rates/EUR", headers=forged).headers["www-authenticate"]
    )
    assert client.get("/nowhere").status_code == client.get("/rates").status_code == 404
    assert client.delete("/charges").status_code == 404
    headers = service.headers(key="k")
    assert client.post("/charges", content=b"{", headers=headers).status_code == 400
    for body in (b"", b"3", b"[]", b"{}", b'{"amount": true, "currency": "EUR"}', b'{"amount": 1}'):
        assert client.post("/charges", content=body, headers=headers).status_code == 422
    assert client.post("/charges", json=ORDER, headers=service.headers()).status_code == 400
    assert service.audit()["charges"] == 0


def test_the_probes(service, client):
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/ready").json()["status"] == "healthy"
    service.raises = ConnectionError("no route to 10.0.0.7")
    for _ in range(3):
        assert client.get("/rates/EUR", headers=service.headers()).status_code == 502
    refused = client.get("/rates/EUR", headers=service.headers())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "10.0.0.7" not in ready.text


def test_a_500_leaks_nothing_and_is_logged(service, client, caplog):
    service.raises = LookupError("the password is hunter2")
    answer = client.get("/rates/EUR", headers=service.headers())
    assert (answer.status_code, answer.json()) == (
        500,
        {"title": "Internal Server Error", "status": 500},
    )
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[0] is LookupError


def test_a_ledger_that_is_locked(service, client):
    with contextlib.closing(sqlite3.connect(service.path)) as db:
        db.execute("BEGIN IMMEDIATE")
        refused = client.post("/charges", json=ORDER, headers=service.headers(key="k"))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "locked" not in refused.text
    assert client.post("/charges", json=ORDER, headers=service.headers(key="k")).status_code == 201


def test_a_probe_leaves_no_statement_open(service, client):
    """An open SELECT would keep its connection at the ledger of that moment, and from writing to it."""
    for key in "abcd":
        assert client.get("/ready").status_code == 200
        with contextlib.closing(sqlite3.connect(service.path)) as db, db:
            db.execute("INSERT INTO receipts VALUES (0)")
        assert client.post("/charges", json=ORDER, headers=service.headers(key=key)).status_code == 201


async def crowd(url, service, orders):
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS, verify=TLS) as client:
        return await asyncio.gather(*(
            client.post("/charges", json=ORDER, headers=service.headers(user, key)) for user, key in orders
        ))  # fmt: skip


def test_a_crowd_of_duplicates_under_shutdown(service):
    """Each order four times at once, and the server stops right after the answers."""
    service.takes = 0.02
    orders = [(f"user-{n % 3}", f"order-{n % 4}") for n in range(48)]
    with lab.serve(service.app) as url:
        answers = asyncio.run(crowd(url, service, orders))
    assert {answer.status_code for answer in answers} <= {201, 503}
    done = {order for order, answer in zip(orders, answers) if answer.status_code == 201}
    assert done
    assert service.audit() == {"charges": len(done), "receipts": len(done), **BALANCED}


def test_a_server_does_not_start_without_a_ledger(names, tmp_path):
    service = Service(names, tmp_path / "ledger.db")

    async def connect():
        raise sqlite3.OperationalError("unable to open database file")

    platform = names["Platform"](names["parts"], service.settings, connect, service.upstream)
    with pytest.raises(RuntimeError, match="unable to open"):
        with lab.serve(names["HttpFront"](platform)):
            pass


def test_tokens_of_pyjwt():
    """With the exercise's own piece, any issuer of HS256 tokens will do."""
    names, secret = (
        PLATFORM.names(own=True),
        "a text of 64 characters, since SHA-512 asks for that many, or so.",
    )

    async def ask(token):
        async with names["Bench"](names["Platform"], secret=secret) as bench:
            answer = await bench.ask("GET /rates/EUR", authorization=f"Bearer {token}")
            return answer["status"]

    def status(claims, secret=secret, **options):
        return referee.in_virtual_time(lambda: ask(jwt.encode(claims, secret, **options)))

    assert status({"sub": "alice"}) == 200
    assert status({"sub": "alice", "exp": 4_000_000_000}) == 200
    assert status({"sub": "alice", "exp": 1_000_000_000}) == 401
    assert status({"sub": "alice"}, algorithm="HS512") == 401
    assert status({"sub": "alice"}, secret[::-1]) == 401


# ------------------------------------------------------------------ the referee, and the ledger


def test_every_answer_keeps_the_rules_of_asgi(names):
    async def visit():
        async with names["Bench"](names["Platform"], starts=False) as bench:
            app = names["HttpFront"](bench.platform)
            async with referee.lifespan(app) as supported:
                assert supported
                token = [(b"authorization", bench.token(sub="alice").encode())]
                found = [
                    await referee.converse(app, "GET", path, headers=token)
                    for path in ("/healthz", "/ready", "/rates/EUR", "/rates/XXX", "/nowhere")
                ]
            return [exchange.status for exchange in found]

    assert referee.in_virtual_time(visit) == [200, 200, 200, 404, 404]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["alice", "bob"]), st.sampled_from("klm"), st.sampled_from([1000, 2000]),
        st.sampled_from(["well", "slow", "dead", "locked", "wait"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(derandomize=True, max_examples=15, deadline=None, database=None)
@given(steps=STEPS)
def test_the_ledger_holds_what_was_promised(names, steps):
    """Whatever fails in between: one charge for each key that had a 201, and none for the others."""

    async def trade():
        promised = {}
        async with names["Bench"](names["Platform"], burst=100, failures=2, rate_ttl=1) as bench:
            for user, key, amount, fault in steps:
                bench.upstream_takes = 60 if fault == "slow" else 0.01
                bench.upstream_raises = ConnectionError() if fault == "dead" else None
                if fault == "wait":
                    await asyncio.sleep(3)
                with bench.locked() if fault == "locked" else contextlib.nullcontext():
                    both = await asyncio.gather(
                        *(bench.charge(key, amount, user=user) for _ in range(2))
                    )
                first, second = ((each["status"], each["body"]) for each in both)
                assert first == second
                if first[0] == 201:
                    known = promised.setdefault((user, key), (amount, first[1]))
                    assert known == (amount, first[1])
                elif (user, key) in promised:
                    assert first[0] == 422 and promised[user, key][0] != amount
                else:
                    assert first[0] in (502, 503, 504)
            return promised, await bench.stop()

    promised, found = referee.in_virtual_time(trade)
    assert found == {"charges": len(promised), "receipts": len(promised), **BALANCED}


def test_the_front_reads_no_garbage(names):
    class Mirror:
        async def handle(self, request):
            return names["reply"](request)

    exchange = referee.meet(
        names["HttpFront"](Mirror()), "POST", "/charges", body=[b'{"a', b'": 1}'],
        headers=[(b"x-name", "Zoë".encode("latin-1"))],
    )  # fmt: skip
    told = json.loads(exchange.body)
    assert (told["endpoint"], told["body"], told["headers"]["x-name"]) == ("charge", {"a": 1}, "Zoë")
