"""Makes a new connection for every holder: bounded, but nothing is used again."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self._active = self._lent = 0

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self._slots:
            self._active += 1
            self._lent += 1
            try:
                yield {"id": self._lent, "active": self._active}
            finally:
                self._active -= 1
