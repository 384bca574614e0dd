"""Numbers the connections by how many are held, so that two holders may share a number."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self._active = 0

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self._slots:
            self._active += 1
            try:
                yield {"id": self._active, "active": self._active}
            finally:
                self._active -= 1
