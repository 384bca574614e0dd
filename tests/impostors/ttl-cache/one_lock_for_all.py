"""One lock around everything: a slow fetch for one key makes the callers of all others wait."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}
        self._lock = asyncio.Lock()

    async def get_or_fetch(self, key, fetch_fn):
        async with self._lock:
            now = time.monotonic()
            self._kept = {k: kept for k, kept in self._kept.items() if kept[1] > now}
            if key not in self._kept:
                value = await fetch_fn()
                self._kept[key] = value, time.monotonic() + self.ttl_seconds
            return self._kept[key][0]
