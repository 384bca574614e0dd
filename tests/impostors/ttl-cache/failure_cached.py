"""Keeps the task for ttl_seconds, whatever became of it: an exception is served from the cache."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._tasks = {}
        self._expires = {}

    async def get_or_fetch(self, key, fetch_fn):
        now = time.monotonic()
        for old in [k for k, expires in self._expires.items() if expires <= now]:
            del self._tasks[old], self._expires[old]
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.ensure_future(fetch_fn())
            task.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(self._tasks[key])

    def _settle(self, key, done):
        done.cancelled() or done.exception()
        self._expires[key] = time.monotonic() + self.ttl_seconds
