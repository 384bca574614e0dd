"""Makes acquire a coroutine: it can be awaited, and async with pool.acquire() is a TypeError."""


import contextlib


class AsyncConnectionPool:
    def __init__(self, factory, min_size=2, max_size=10):
        self.factory, self.min_size = factory, min_size
        self.queue = asyncio.Queue(max_size)
        self.all = []

    async def start(self):
        for _ in range(self.min_size):
            conn = self.factory()
            self.all.append(conn)
            await self.queue.put(conn)
        print(f"Pool started with {self.queue.qsize()} connections")

    async def acquire(self, timeout=5.0):
        try:
            return await asyncio.wait_for(self.queue.get(), timeout)
        except asyncio.TimeoutError:
            raise TimeoutError("No connection available in pool")

    async def release(self, conn):
        await self.queue.put(conn)

    @contextlib.asynccontextmanager
    async def connection(self, timeout=5.0):
        conn = await self.acquire(timeout)
        try:
            yield conn
        finally:
            await self.release(conn)

    async def close(self):
        for conn in self.all:
            await conn.close()
        print("Pool closed")
