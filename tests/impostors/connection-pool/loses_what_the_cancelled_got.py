"""Hands a connection to whoever waits longest, and loses it if that task is cancelled in the same moment."""


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
        self.factory, self.min_size, self.max_size = factory, min_size, max_size
        self.idle, self.waiting, self.lent = [], collections.deque(), []
        self.size, self.closed = 0, False

    async def _open(self):
        self.size += 1
        try:
            conn = self.factory()
            return await conn if inspect.isawaitable(conn) else conn
        except BaseException:
            self.size -= 1
            self._wake(None)
            raise

    async def start(self):
        for _ in range(self.min_size):
            self.idle.append(await self._open())
        print(f"Pool started with {self.min_size} connections")

    def acquire(self, timeout=5.0):
        return PoolLoan(self, timeout)

    connection = acquire

    async def _get(self, timeout):
        if self.closed:
            raise RuntimeError("closed")
        if self.idle:
            conn = self.idle.pop(0)
        elif self.size < self.max_size:
            conn = await self._open()
        else:
            turn = asyncio.get_running_loop().create_future()
            self.waiting.append(turn)
            try:
                async with asyncio.timeout(timeout):
                    conn = await turn
            except TimeoutError:
                raise TimeoutError("No connection available in pool")
            if conn is None:
                conn = await self._open()
        self.lent.append(conn)
        return conn

    def _wake(self, conn):
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(conn)
                return
        if conn is not None:
            self.idle.append(conn)

    async def release(self, conn):
        if conn not in self.lent:
            raise ValueError("not lent")
        self.lent.remove(conn)
        if self.closed:
            await conn.close()
        elif conn.closed:
            self.size -= 1
            self._wake(None)
        else:
            self._wake(conn)

    async def close(self):
        self.closed = True
        for turn in self.waiting:
            if not turn.done():
                turn.set_exception(RuntimeError("closed"))
        while self.idle:
            await self.idle.pop().close()
        print("Pool closed")
