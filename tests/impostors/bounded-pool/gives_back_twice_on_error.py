"""Gives the connection back in the except and again in the finally."""


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
        except BaseException:
            self._slots.release()
            self._free.append(conn_id)
            raise
        finally:
            self._slots.release()
            self._free.append(conn_id)
