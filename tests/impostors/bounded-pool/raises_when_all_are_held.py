"""Raises an error when all are held, as the pool of 1.11 did."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        if not self._free:
            raise RuntimeError("all connections are in use")
        conn_id = self._free.pop()
        try:
            yield {"id": conn_id, "active": self.max_connections - len(self._free)}
        finally:
            self._free.append(conn_id)
