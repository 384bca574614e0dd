"""Reads time.time(): whoever sets the clock empties the cache, or freezes it."""


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

    async def _fetch(self, key, fetch_fn):
        try:
            value = await fetch_fn()
            self._kept[key] = value, time.time() + self.ttl_seconds
            return value
        finally:
            del self._fetches[key]

    def _drop_expired(self):
        now = time.time()
        while self._kept:
            oldest, (_, expires) = next(iter(self._kept.items()))
            if now < expires:
                break
            del self._kept[oldest]
