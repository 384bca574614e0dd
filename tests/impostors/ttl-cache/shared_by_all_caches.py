"""Keeps its dicts in the class: all caches hold the same values."""


class AsyncTTLCache:
    _kept = {}
    _fetches = {}

    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds

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
