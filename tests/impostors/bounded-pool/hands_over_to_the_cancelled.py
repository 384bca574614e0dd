"""Hands a connection to whoever waits longest, even if that task has been cancelled."""


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        self._free = list(range(max_connections))
        self._waiting = []

    @contextlib.asynccontextmanager
    async def acquire(self):
        if self._free:
            conn_id = self._free.pop()
        else:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            conn_id = await asyncio.shield(turn)
        try:
            yield {"id": conn_id, "active": self.max_connections - len(self._free)}
        finally:
            if self._waiting:
                self._waiting.pop(0).set_result(conn_id)
            else:
                self._free.append(conn_id)
