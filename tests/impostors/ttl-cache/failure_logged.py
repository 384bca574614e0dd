"""Tells the failure to those who wait through a future, also when nobody but the first caller waits: nobody retrieves it."""


class AsyncTTLCache:
    def __init__(self, ttl_seconds=1.0):
        self.ttl_seconds = ttl_seconds
        self._kept = {}  # key -> (value, when it expires), oldest first
        self._fetches = {}  # key -> the task that is under way

    async def get_or_fetch(self, key, fetch_fn):
        self._drop_expired()
        if key in self._kept:
            return self._kept[key][0]
        if key in self._fetches:
            return await asyncio.shield(self._fetches[key])
        future = self._fetches[key] = asyncio.get_running_loop().create_future()
        fetch = self._fetch(key, fetch_fn, future)
        return await asyncio.shield(asyncio.create_task(fetch))

    async def _fetch(self, key, fetch_fn, future):
        try:
            value = await fetch_fn()
            self._kept[key] = value, time.monotonic() + self.ttl_seconds
            future.set_result(value)
            return value
        except Exception as error:
            future.set_exception(error)
            raise
        finally:
            del self._fetches[key]

    def _drop_expired(self):
        now = time.monotonic()
        while self._kept:
            oldest, (_, expires) = next(iter(self._kept.items()))
            if now < expires:
                break
            del self._kept[oldest]
