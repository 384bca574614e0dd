"""Waits when more than the limit are held, and so lends one too many."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._active = 0
        self._free = list(range(max_connections + 1))
        self._given_back = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self._given_back:
            await self._given_back.wait_for(lambda: self._active <= self.max_connections)
            self._active += 1
            conn_id = self._free.pop()
        try:
            yield {"id": conn_id, "active": self._active}
        finally:
            async with self._given_back:
                self._active -= 1
                self._free.append(conn_id)
                self._given_back.notify()
