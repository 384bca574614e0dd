"""One dict of tasks, done or not: a hit awaits a task that is done, and timers throw expired ones away."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self.tasks = {}

    async def get_or_fetch(self, key, fetch_fn):
        task = self.tasks.get(key)
        if task is None:
            task = self.tasks[key] = asyncio.create_task(self.fetch(key, fetch_fn))
        return await asyncio.shield(task)

    async def fetch(self, key, fetch_fn):
        try:
            value = await fetch_fn()
        except BaseException:
            del self.tasks[key]
            raise
        asyncio.get_running_loop().call_later(self.ttl_seconds, self.tasks.pop, key)
        return value
