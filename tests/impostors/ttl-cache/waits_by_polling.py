"""Looks every 10 ms whether the fetch is done, and hands the failure to nobody but the first."""


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
            fetch = self._fetch(key, fetch_fn)
            self._fetches[key] = asyncio.create_task(fetch)
            return await asyncio.shield(self._fetches[key])
        while key in self._fetches:
            await asyncio.sleep(0.01)
        return await self.get_or_fetch(key, fetch_fn)

    async def _fetch(self, key, fetch_fn):
        try:
            value = await fetch_fn()
            self._kept[key] = value, time.monotonic() + self.ttl_seconds
            return value
        finally:
            del self._fetches[key]

    def _drop_expired(self):
        now = time.monotonic()
        while self._kept:
            oldest, (_, expires) = next(iter(self._kept.items()))
            if now < expires:
                break
            del self._kept[oldest]
