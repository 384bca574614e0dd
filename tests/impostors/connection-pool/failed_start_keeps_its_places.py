"""Counts the connections of start before they are open: if one cannot be opened, all their places are gone."""


class PoolLoan:
    def __init__(self, pool, timeout):
        self.pool, self.timeout = pool, timeout

    def __await__(self):
        return self.pool._take(self.timeout).__await__()

    async def __aenter__(self):
        self.conn = await self
        return self.conn

    async def __aexit__(self, *exc_info):
        await self.pool.release(self.conn)


class AsyncConnectionPool:
    def __init__(self, factory, min_size=2, max_size=10):
        self._factory, self._min_size = factory, min_size
        self._places = asyncio.Semaphore(max_size)  # one for each loan
        self._idle = collections.deque()  # the one that waits longest first
        self._lent = {}  # by identity
        self._closed = False

    async def start(self):
        for _ in range(self._min_size):
            await self._places.acquire()
        for _ in range(self._min_size):
            self._idle.append(await self._open())
        for _ in range(self._min_size):
            self._places.release()
        print(f"Pool started with {self._min_size} connections")

    async def _open(self):
        conn = self._factory()
        return await conn if inspect.isawaitable(conn) else conn

    def acquire(self, timeout=5.0):
        return PoolLoan(self, timeout)

    async def _take(self, timeout):
        try:
            async with asyncio.timeout(timeout):
                await self._places.acquire()
        except TimeoutError:
            raise TimeoutError("No connection available in pool") from None
        try:
            if self._closed:
                raise RuntimeError("the pool is closed")
            conn = self._idle.popleft() if self._idle else await self._open()
        except BaseException:
            self._places.release()
            raise
        self._lent[id(conn)] = conn
        return conn

    def connection(self, timeout=5.0):
        return self.acquire(timeout)

    async def release(self, conn):
        if id(conn) not in self._lent:
            raise ValueError(f"this pool has not lent {conn!r}")
        del self._lent[id(conn)]
        if not conn.closed:
            self._idle.append(conn)
        self._places.release()
        if self._closed:
            await self._close_idle()

    async def close(self):
        self._closed = True
        self._places.release()  # who waits wakes up, and wakes the next one
        await self._close_idle()
        print("Pool closed")

    async def _close_idle(self):
        while self._idle:
            await self._idle.popleft().close()
