"""No semaphore: connections and places are handed over by futures."""

import contextlib


class Place:
    """Handed to who waits instead of a connection: room to open one."""


class PoolLoan:
    def __init__(self, pool, timeout):
        self.pool, self.timeout = pool, timeout
        self.stack = contextlib.AsyncExitStack()

    async def get(self):
        got = await self.pool.idle_or_place(self.timeout)
        if got is Place:
            try:
                got = self.pool.factory()
                if inspect.isawaitable(got):
                    got = await got
            except BaseException:
                self.pool.hand_over(Place)
                raise
        self.pool.lent.append(got)
        return got

    def __await__(self):
        return self.get().__await__()

    async def __aenter__(self):
        conn = await self
        self.stack.push_async_callback(self.pool.release, conn)
        return conn

    async def __aexit__(self, *exc_info):
        return await self.stack.__aexit__(*exc_info)


class AsyncConnectionPool:
    def __init__(self, factory, min_size=2, max_size=10):
        self.factory, self.min_size, self.free_places = factory, min_size, max_size
        self.idle, self.lent, self.waiting = [], [], []
        self.open = True

    async def start(self):
        fresh = [self.factory() for _ in range(self.min_size)]
        for conn in fresh:
            self.idle.append(await conn if inspect.isawaitable(conn) else conn)
            self.free_places -= 1
        print("Pool started with", len(self.idle), "connections")

    async def idle_or_place(self, timeout):
        if not self.open:
            raise RuntimeError("closed")
        if self.idle:
            return self.idle.pop(0)
        if self.free_places:
            self.free_places -= 1
            return Place
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout(timeout):
                return await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if turn in self.waiting:
                self.waiting.remove(turn)
            elif not turn.cancelled() and not turn.exception():
                self.hand_over(turn.result())
            if isinstance(error, TimeoutError):
                raise TimeoutError("No connection available in pool") from None
            raise

    def hand_over(self, what):
        while self.waiting:
            turn = self.waiting.pop(0)
            if not turn.done():
                return turn.set_result(what)
        if what is Place:
            self.free_places += 1
        else:
            self.idle.append(what)

    def acquire(self, timeout=5.0):
        return PoolLoan(self, timeout)

    def connection(self, timeout=5.0):
        return self.acquire(timeout)

    async def release(self, conn):
        for n, each in enumerate(self.lent):
            if each is conn:
                del self.lent[n]
                break
        else:
            raise ValueError(conn)
        if not self.open:
            await conn.close()
        else:
            self.hand_over(Place if conn.closed else conn)

    async def close(self):
        self.open = False
        waiting, self.waiting = self.waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_exception(RuntimeError("closed"))
        idle, self.idle = self.idle, []
        await asyncio.gather(*[conn.close() for conn in idle])
        print("Pool closed")
