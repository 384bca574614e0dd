"""Hands out the expired value when the new fetch raises."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}  # key -> (value, when it expires), oldest first
        self._fetches = {}  # key -> the task that is under way

    async def get_or_fetch(self, key, fetch_fn):
        if key in self._kept and time.monotonic() < self._kept[key][1]:
            return self._kept[key][0]
        if key not in self._fetches:
            fetch = self._fetch(key, fetch_fn)
            self._fetches[key] = asyncio.create_task(fetch)
        return await asyncio.shield(self._fetches[key])

    async def _fetch(self, key, fetch_fn):
        try:
            value = await fetch_fn()
            now = time.monotonic()
            self._kept = {key: kept for key, kept in self._kept.items() if now < kept[1]}
            self._kept[key] = value, time.monotonic() + self.ttl_seconds
            return value
        except Exception:
            if key in self._kept:
                return self._kept[key][0]
            raise
        finally:
            del self._fetches[key]
