"""Gives fetch_fn() to create_task, which takes nothing but coroutines."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}  # key -> (value, when it expires), oldest first
        self._fetches = {}  # key -> the task that is under way

    async def get_or_fetch(self, key, fetch_fn):
        self._drop_expired()
        if key in self._kept:
            return self._kept[key][0]
        if key not in self._fetches:
            fetch = self._fetches[key] = asyncio.create_task(fetch_fn())
            fetch.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(self._fetches[key])

    def _settle(self, key, fetch):
        del self._fetches[key]
        if not fetch.cancelled() and not fetch.exception():
            self._kept[key] = fetch.result(), time.monotonic() + self.ttl_seconds

    def _drop_expired(self):
        now = time.monotonic()
        while self._kept:
            oldest, (_, expires) = next(iter(self._kept.items()))
            if now < expires:
                break
            del self._kept[oldest]
