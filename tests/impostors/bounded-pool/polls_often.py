"""Looks every millisecond whether there is a free one, and does not wait in a queue."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        while not self._free:
            await asyncio.sleep(0.001)
        conn_id = self._free.pop()
        try:
            yield {"id": conn_id, "active": self.max_connections - len(self._free)}
        finally:
            self._free.append(conn_id)
