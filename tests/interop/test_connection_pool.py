"""The pool in front of a real SQLite file, and under cancellations that Hypothesis makes up."""

import asyncio

import aiosqlite
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

SECONDS = 20
TICK = 0.001


@pytest.fixture(scope="module")
def names(answer):
    return answer("connection-pool")


class SqliteConnection:
    """What the pool asks of a connection, around one of aiosqlite's."""

    def __init__(self, db):
        self.db, self.closed = db, False

    async def close(self):
        await self.db.close()
        self.closed = True


class Bank:
    """A file with accounts, and a factory for connections to it."""

    def __init__(self, path):
        self.path, self.opened = path, []

    async def connect(self):
        db = await aiosqlite.connect(self.path, timeout=SECONDS, isolation_level=None)
        self.opened.append(SqliteConnection(db))
        return self.opened[-1]


async def transfer(pool, source, target):
    async with pool.acquire(SECONDS) as conn:
        await conn.db.execute("BEGIN IMMEDIATE")
        try:
            await conn.db.execute("UPDATE account SET cents = cents - 1 WHERE id = ?", [source])
            await conn.db.execute("UPDATE account SET cents = cents + 1 WHERE id = ?", [target])
        except BaseException:
            await conn.db.execute("ROLLBACK")
            raise
        await conn.db.execute("COMMIT")


def test_a_real_database_behind_the_pool(names, tmp_path):
    """Fifty transfers at once over three connections: every cent is where it belongs."""
    bank = Bank(tmp_path / "bank.db")

    async def scenario():
        pool = names["AsyncConnectionPool"](bank.connect, min_size=1, max_size=3)
        await pool.start()
        async with pool.acquire() as conn:
            await conn.db.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, cents INTEGER)")
            await conn.db.execute("INSERT INTO account VALUES (0, 100), (1, 100)")
        await asyncio.gather(*[transfer(pool, 0, 1) for _ in range(50)])
        async with pool.connection() as conn:
            rows = await conn.db.execute_fetchall("SELECT cents FROM account ORDER BY id")
        await pool.close()
        return [cents for (cents,) in rows]

    assert asyncio.run(asyncio.wait_for(scenario(), SECONDS)) == [50, 150]
    assert len(bank.opened) == 3
    assert all(conn.closed for conn in bank.opened)


def test_what_aiosqlite_returns_can_be_awaited_by_the_pool(names, tmp_path):
    """`aiosqlite.connect` is no coroutine function: it returns an object to be awaited."""

    class Connection(aiosqlite.Connection):
        closed = False

    def connect():
        conn = aiosqlite.connect(tmp_path / "file.db")
        conn.__class__ = Connection
        return conn

    async def scenario():
        pool = names["AsyncConnectionPool"](connect, 0, 1)
        async with pool.acquire() as conn:
            rows = await conn.execute_fetchall("SELECT 6 * 7")
        await pool.close()
        return rows

    assert asyncio.run(asyncio.wait_for(scenario(), SECONDS)) == [(42,)]


def test_cancelled_queries_lose_no_connection_of_a_real_database(names, tmp_path):
    bank = Bank(tmp_path / "bank.db")

    async def query(pool, n):
        async with pool.acquire(SECONDS) as conn:
            return await conn.db.execute_fetchall("SELECT ?", [n])

    async def scenario():
        pool = names["AsyncConnectionPool"](bank.connect, 1, 2)
        await pool.start()
        tasks = [asyncio.create_task(query(pool, n)) for n in range(40)]
        for n, task in enumerate(tasks):
            if n % 3 == 0:
                await asyncio.sleep(0)
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        both = [await pool.acquire(TICK), await pool.acquire(TICK)]
        for conn in both:
            await pool.release(conn)
        await pool.close()
        return both, {task.cancelled() or task.result() == [(n,)] for n, task in enumerate(tasks)}

    both, right = asyncio.run(asyncio.wait_for(scenario(), SECONDS))
    assert both[0] is not both[1]
    assert right == {True}
    assert all(conn.closed for conn in bank.opened)


visits = st.lists(
    st.tuples(
        st.integers(0, 5),  # arrives
        st.integers(0, 5),  # holds
        st.integers(0, 6),  # is patient
        st.sampled_from(["returns", "raises", "breaks"]),
        st.none() | st.integers(0, 8),  # is cancelled
    ),
    max_size=14,
)


class Storm:
    """A pool whose connections are counted from outside; every fifth opening fails."""

    def __init__(self, names, sizes, opening):
        self.min_size, self.max_size = sizes
        self.new, self.opening = names["FakeConnection"], opening
        self.opened, self.held, self.calls = [], [], 0
        self.pool = names["AsyncConnectionPool"](self.open, *sizes)

    async def open(self):
        self.calls += 1
        await asyncio.sleep(self.opening * TICK)
        if self.calls % 5 == 0:
            raise ConnectionError
        self.opened.append(self.new())
        assert sum(not conn.closed for conn in self.opened) <= self.max_size
        return self.opened[-1]

    async def visit(self, arrives, holds, patience, end, _):
        await asyncio.sleep(arrives * TICK)
        try:
            async with self.pool.acquire(patience * TICK) as conn:
                await self.hold(conn, holds, end)
        except (TimeoutError, KeyError, ConnectionError, RuntimeError):
            pass

    async def hold(self, conn, holds, end):
        assert conn not in self.held
        assert not conn.closed
        self.held.append(conn)
        assert len(self.held) <= self.max_size
        try:
            await asyncio.sleep(holds * TICK)
            if end == "breaks":
                await conn.close()
            if end == "raises":
                raise KeyError
        finally:
            self.held.remove(conn)

    async def capacity(self):
        """How many connections can be held at once."""
        got = []
        for _ in range(20):
            try:
                got.append(await self.pool.acquire(0))
            except ConnectionError:
                pass
            except TimeoutError:
                break
        for conn in got:
            await self.pool.release(conn)
        assert len(set(map(id, got))) == len(got)
        return len(got)

    async def run(self, visits, closing):
        """Times are whole ticks, so that many things happen in the same moment."""
        await self.pool.start()
        tasks = [asyncio.create_task(self.visit(*each)) for each in visits]
        for task, (*_, at) in zip(tasks, visits, strict=True):
            if at is not None:
                asyncio.get_running_loop().call_later(at * TICK, task.cancel)
        if closing is not None:
            await asyncio.sleep(closing * TICK)
            await self.pool.close()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} <= {type(None), asyncio.CancelledError}, ends
        assert asyncio.all_tasks() == {asyncio.current_task()}
        if closing is None:
            assert await self.capacity() == self.max_size
            await self.pool.close()
        assert self.held == []
        assert all(conn.closed for conn in self.opened)


sizes = st.tuples(st.integers(0, 3), st.integers(1, 3)).map(lambda pair: (min(pair), pair[1]))


@settings(max_examples=120, deadline=None)
@given(visits, sizes, st.integers(0, 2), st.none() | st.integers(0, 8))
def test_no_connection_is_lost_or_shared(names, visits, sizes, opening, closing):
    with lab.virtual_time():
        asyncio.run(Storm(names, sizes, opening).run(visits, closing))
