"""The checker under random mixtures, overlapping runs and cancellations, and as /ready under uvicorn."""

import asyncio
import contextlib

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

ERRORS = [ConnectionError("refused"), ValueError(), TimeoutError("pool"), asyncio.CancelledError()]
CHECK = st.tuples(
    st.sampled_from(["db", "cache", "mail"]),
    st.integers(0, 60).filter(lambda tenths: tenths != 20),  # the limit is 2 s
    st.sampled_from([None, None, *ERRORS]),
    st.booleans(),
)


@pytest.fixture(scope="module")
def names(answer):
    return answer("health-checker")


def check_of(tenths, error, under_way):
    async def check():
        under_way.append(1)
        try:
            await asyncio.sleep(tenths / 10)
            if error:
                raise error
        finally:
            under_way.pop()

    return check


def expected_of(checks):
    """(overall, [(name, status, detail, latency)]) for checks with a limit of two seconds."""
    components, severities = [], set()
    for name, tenths, error, critical in checks:
        if tenths < 20 and not error:
            components.append((name, "healthy", "", 100 * tenths))
            continue
        severities.add(critical)
        detail = "timeout" if tenths > 20 else str(error) or type(error).__name__
        components.append((name, "unhealthy", detail, None))
    overall = "unhealthy" if True in severities else "degraded" if severities else "healthy"
    return overall, components


def plain(report):
    return report.overall.value, [
        (each.name, each.status.value, each.detail, each.latency_ms and round(each.latency_ms))
        for each in report.components
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(CHECK, max_size=6),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([None, None, 3, 13])), min_size=1, max_size=4),
)
def test_any_mixture_of_checks_and_runs(names, checks, runs):
    """Runs begin at any time and overlap; some are cancelled after so many tenths."""
    under_way = []
    checker = names["HealthChecker"]()
    for name, tenths, error, critical in checks:
        checker.register(name, check_of(tenths, error, under_way), critical)

    async def run(start, cancel_after):
        await asyncio.sleep(start / 10)
        async with asyncio.timeout(cancel_after and cancel_after / 10 + 0.05):
            return plain(await checker.run_all())

    async def run_all():
        found = await asyncio.gather(*[run(*each) for each in runs], return_exceptions=True)
        assert under_way == [], "a check is left running"
        assert len(asyncio.all_tasks()) == 1, "a task is left behind"
        return found

    with lab.virtual_time():
        found = asyncio.run(run_all())
    expected = expected_of(checks)
    lasts = max([min(20, tenths) for _, tenths, _, _ in checks], default=0) / 10
    finished = False
    for report, (_, cancel_after) in zip(found, runs, strict=True):
        if cancel_after and lasts > cancel_after / 10 + 0.05:
            assert isinstance(report, TimeoutError)
        else:
            finished = True
            assert report[0] == expected[0]
            assert [each[:3] for each in report[1]] == [each[:3] for each in expected[1]]
            for (*_, got), (*_, due) in zip(report[1], expected[1], strict=True):
                assert (got or 0) == (due or 0)
    latest = checker.get_report()
    assert plain(latest)[0] == expected[0] if finished else latest is None


class Dependency:
    """A server on 127.0.0.1 that can hang and refuse."""

    def __init__(self):
        self.hangs, self.port = False, None

    @contextlib.asynccontextmanager
    async def listening(self):
        async def serve(reader, writer):
            with contextlib.suppress(ConnectionError):
                await reader.readline()
                if self.hangs:
                    await reader.read()
                else:
                    writer.write(b"+PONG\r\n")
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def ping(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(b"PING\r\n")
            assert await reader.readline() == b"+PONG\r\n"
        finally:
            writer.close()


def test_real_dependencies_one_after_another_break(names):
    async def days():
        checker, db, cache = names["HealthChecker"](timeout=0.5), Dependency(), Dependency()
        checker.register("db", db.ping, critical=True)
        checker.register("cache", cache.ping)
        async with db.listening():
            async with cache.listening():
                yield await checker.run_all()
                cache.hangs = True
                yield await checker.run_all()
            yield await checker.run_all()
        yield await checker.run_all()

    async def statuses():
        return [
            (report.overall.value, [each.status.value for each in report.components])
            async for report in days()
        ]

    assert asyncio.run(statuses()) == [
        ("healthy", ["healthy", "healthy"]),
        ("degraded", ["healthy", "unhealthy"]),
        ("degraded", ["healthy", "unhealthy"]),
        ("unhealthy", ["unhealthy", "unhealthy"]),
    ]


@pytest.mark.parametrize("broken, code", [(None, 200), ("cache", 200), ("db", 503)])
def test_ready_under_uvicorn(names, broken, code):
    checker = names["HealthChecker"](timeout=5)

    def check_named(name):
        async def check():
            if name == broken:
                raise ConnectionError("refused")

        return check

    checker.register("db", check_named("db"), critical=True)
    checker.register("cache", check_named("cache"))

    async def app(scope, receive, send):
        assert scope["type"] == "http"  # no lifespan
        report = await checker.run_all()
        status = 503 if report.overall is names["HealthStatus"].UNHEALTHY else 200
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": str(report).encode()})

    with lab.serve(app) as url:
        answer = httpx.get(f"{url}/ready")
    assert answer.status_code == code
    assert answer.text.splitlines()[0].startswith("Overall: ")
    assert len(answer.text.splitlines()) == 3
