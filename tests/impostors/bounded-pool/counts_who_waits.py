"""Counts a task before it has a connection: active is too high while others wait."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self._free = list(range(max_connections))
        self._active = 0

    @contextlib.asynccontextmanager
    async def acquire(self):
        self._active += 1
        try:
            async with self._slots:
                conn_id = self._free.pop()
                try:
                    yield {"id": conn_id, "active": self._active}
                finally:
                    self._free.append(conn_id)
        finally:
            self._active -= 1
