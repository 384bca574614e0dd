"""Keeps the connections in the class: the first pool makes them for all."""


class AsyncConnectionPool:
    slots = free = None

    def __init__(self, max_connections=5):
        self.max_connections = max_connections
        cls = type(self)
        if cls.slots is None:
            cls.slots = asyncio.Semaphore(max_connections)
            cls.free = list(range(max_connections))

    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self.slots:
            conn_id = self.free.pop()
            try:
                yield {"id": conn_id, "active": self.max_connections - len(self.free)}
            finally:
                self.free.append(conn_id)
