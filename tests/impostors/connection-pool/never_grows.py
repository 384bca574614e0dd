"""Takes max_size for the length of a queue: the pool never has more than min_size connections."""


class PoolLoan:
    def __init__(self, pool, timeout):
        self.pool, self.timeout = pool, timeout

    def __await__(self):
        return self.pool._get(self.timeout).__await__()

    async def __aenter__(self):
        self.conn = await self
        return self.conn

    async def __aexit__(self, *exc_info):
        await self.pool.release(self.conn)


class AsyncConnectionPool:
    def __init__(self, factory, min_size=2, max_size=10):
        self.factory, self.min_size = factory, min_size
        self.queue = asyncio.Queue(max_size)
        self.lent = []
        self.closed = False

    async def start(self):
        for _ in range(self.min_size):
            await self.queue.put(self.factory())
        print(f"Pool started with {self.min_size} connections")

    def acquire(self, timeout=5.0):
        return PoolLoan(self, timeout)

    connection = acquire

    async def _get(self, timeout):
        if self.closed:
            raise RuntimeError("closed")
        try:
            async with asyncio.timeout(timeout):
                conn = await self.queue.get()
        except TimeoutError:
            raise TimeoutError("No connection available in pool")
        self.lent.append(conn)
        return conn

    async def release(self, conn):
        self.lent.remove(conn)
        await self.queue.put(conn)

    async def close(self):
        self.closed = True
        while not self.queue.empty():
            await self.queue.get_nowait().close()
        print("Pool closed")
