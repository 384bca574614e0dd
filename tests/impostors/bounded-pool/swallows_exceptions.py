"""Gives the connection back in an except, and so swallows what the block raised."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self._free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self._slots:
            conn_id = self._free.pop()
            try:
                yield {"id": conn_id, "active": self.max_connections - len(self._free)}
            except Exception:
                pass
            finally:
                self._free.append(conn_id)
