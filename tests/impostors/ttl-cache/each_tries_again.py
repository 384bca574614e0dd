"""A lock for each key: after a failed or cancelled fetch those who waited fetch again, one by one."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}
        self._locks = {}

    async def get_or_fetch(self, key, fetch_fn):
        async with self._locks.setdefault(key, asyncio.Lock()):
            now = time.monotonic()
            self._kept = {k: kept for k, kept in self._kept.items() if kept[1] > now}
            if key not in self._kept:
                value = await fetch_fn()
                self._kept[key] = value, time.monotonic() + self.ttl_seconds
            return self._kept[key][0]
