"""Holds the lock for the time of the block: one holder at a time, whatever the limit."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._lock = asyncio.Lock()
        self._free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self._lock:
            conn_id = self._free.pop(0)
            active = self.max_connections - len(self._free)
            try:
                yield {"id": conn_id, "active": active}
            finally:
                self._free.append(conn_id)
