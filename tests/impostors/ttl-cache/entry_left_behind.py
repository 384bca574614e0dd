"""The first caller fetches for all and cleans up after an Exception: a CancelledError is none, and leaves its future behind."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}
        self._waiting = {}

    async def get_or_fetch(self, key, fetch_fn):
        now = time.monotonic()
        self._kept = {k: kept for k, kept in self._kept.items() if kept[1] > now}
        if key in self._kept:
            return self._kept[key][0]
        if key in self._waiting:
            return await asyncio.shield(self._waiting[key])
        future = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            value = await fetch_fn()
        except Exception as error:
            future.set_exception(error)
            future.exception()
            del self._waiting[key]
            raise
        self._kept[key] = value, time.monotonic() + self.ttl_seconds
        future.set_result(value)
        del self._waiting[key]
        return value
