"""Gives the connection back after a result and after an Exception: CancelledError is neither."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self._free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        await self._slots.acquire()
        conn_id = self._free.pop()
        try:
            yield {"id": conn_id, "active": self.max_connections - len(self._free)}
        except Exception:
            self._free.append(conn_id)
            self._slots.release()
            raise
        self._free.append(conn_id)
        self._slots.release()
