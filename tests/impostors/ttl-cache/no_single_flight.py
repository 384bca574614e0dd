"""Looks, and fetches if there is nothing: all who come meanwhile fetch as well."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}

    async def get_or_fetch(self, key, fetch_fn):
        now = time.monotonic()
        self._kept = {k: kept for k, kept in self._kept.items() if kept[1] > now}
        if key in self._kept:
            return self._kept[key][0]
        value = await fetch_fn()
        self._kept[key] = value, time.monotonic() + self.ttl_seconds
        return value
