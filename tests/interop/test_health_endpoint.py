"""The endpoint behind uvicorn, with real servers as dependencies: one answers, one refuses, one is silent."""

import asyncio
import contextlib
import json
import socket

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

NAMES = ("database", "cache", "queue")
OUTCOMES = st.sampled_from(["ok", "down", "slow", ConnectionError, KeyError, TimeoutError, OSError])
BEHAVIOR = st.tuples(st.integers(0, 2500).filter(lambda ms: abs(ms - 1000) > 5), OUTCOMES)


@pytest.fixture
def endpoint(answer):
    """`health_check` with other checks: `endpoint({"queue": check})`."""

    def with_checks(checks):
        names = answer("health-endpoint")
        names.update({f"check_{name}": check for name, check in checks.items()})
        return names["health_check"]

    return with_checks


@pytest.fixture(scope="module")
def names(answer):
    return answer("health-endpoint")


def check_of(name, milliseconds, outcome):
    async def check():
        await asyncio.sleep(milliseconds / 1000)
        if not isinstance(outcome, str):
            raise outcome("10.0.0.3")
        return {"service": name, "status": outcome, "latency_ms": milliseconds}

    return check


@settings(max_examples=100, deadline=None)
@given(st.tuples(BEHAVIOR, BEHAVIOR, BEHAVIOR))
def test_any_mixture_of_checks(names, behaviors):
    for name, how in zip(NAMES, behaviors, strict=True):
        names[f"check_{name}"] = check_of(name, *how)
    with lab.virtual_time() as clock:
        found = asyncio.run(names["health_check"]())
        unfinished = clock.unfinished
    expected = [
        {"service": name, "status": outcome, "latency_ms": ms}
        if isinstance(outcome, str) and ms < 1000
        else {"service": name, "status": "down", "latency_ms": None}
        for name, (ms, outcome) in zip(NAMES, behaviors, strict=True)
    ]
    assert found["services"] == expected
    assert (found["status"] == "ok") == all(each["status"] == "ok" for each in expected)
    assert abs(found["total_ms"] - min(1000, max(ms for ms, _ in behaviors))) <= 1
    assert unfinished == []


async def ping(name, port):
    """A check as one writes it: connect, ask, read the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"PING\n")
        return {"service": name, "status": (await reader.readline()).decode().strip(), "latency_ms": 1}
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def server(reply):
    """The port of a server that answers each line with *reply*, or never."""

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError):
            await reader.readline()
            if reply is None:
                await reader.read()  # until the client goes
            else:
                writer.write(reply)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_real_dependencies(endpoint):
    async def ask():
        async with server(b"ok\n") as up, server(None) as silent:
            ports = {"database": up, "cache": closed_port(), "queue": silent}
            checks = {name: lambda name=name: ping(name, ports[name]) for name in NAMES}
            return await endpoint(checks)()

    found = asyncio.run(ask())
    assert found["status"] == "degraded"
    assert [each["status"] for each in found["services"]] == ["ok", "down", "down"]
    assert [each["service"] for each in found["services"]] == [*NAMES]
    assert 990 <= found["total_ms"] < 20_000
    assert "127.0.0.1" not in json.dumps(found)


@pytest.mark.parametrize("status, code", [("ok", 200), ("down", 503)])
def test_as_an_endpoint_under_uvicorn(endpoint, status, code):
    health_check = endpoint({"cache": check_of("cache", 1, status)})

    async def app(scope, receive, send):
        assert scope["type"] == "http"  # no lifespan
        found = await health_check()
        number = 200 if found["status"] == "ok" else 503
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": number, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    with lab.serve(app) as url:
        answers = [httpx.get(url) for _ in range(3)]
    for answer in answers:
        assert answer.status_code == code
        assert [each["service"] for each in answer.json()["services"]] == [*NAMES]
