"""A queue of connections, and a context manager written as a class: no semaphore, no counter of ids."""


class Loan:
    def __init__(self, pool):
        self.pool = pool

    async def __aenter__(self):
        self.name = await self.pool.idle.get()
        self.pool.holders += 1
        return dict(id=self.name, active=self.pool.holders)

    async def __aexit__(self, *_):
        self.pool.holders -= 1
        self.pool.idle.put_nowait(self.name)


class AsyncConnectionPool:
    def __init__(self, max_connections=5):
        self.holders = 0
        self.idle = asyncio.Queue()
        for number in range(max_connections):
            self.idle.put_nowait(f"connection {number}")

    def acquire(self):
        return Loan(self)
