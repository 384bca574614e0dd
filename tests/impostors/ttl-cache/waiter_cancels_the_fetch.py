"""Everybody awaits the task itself, without a shield: one caller that is cancelled cancels it for all."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}
        self._fetches = {}

    async def get_or_fetch(self, key, fetch_fn):
        now = time.monotonic()
        self._kept = {k: kept for k, kept in self._kept.items() if kept[1] > now}
        if key in self._kept:
            return self._kept[key][0]
        if key not in self._fetches:
            self._fetches[key] = asyncio.create_task(self._fetch(key, fetch_fn))
        return await self._fetches[key]

    async def _fetch(self, key, fetch_fn):
        try:
            value = await fetch_fn()
            self._kept[key] = value, time.monotonic() + self.ttl_seconds
            return value
        finally:
            del self._fetches[key]
