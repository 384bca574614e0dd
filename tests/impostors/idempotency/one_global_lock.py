"""Has one lock for all keys: payments wait for one another."""


class IdempotencyCache:
    def __init__(self, ttl=60.0):
        self.ttl, self.cache, self.locks = ttl, {}, {}
        self.lock = asyncio.Lock()

    def look(self, key, args):
        if key in self.cache:
            first_args, result, expires = self.cache[key]
            if time.monotonic() < expires:
                if first_args != args:
                    raise IdempotencyKeyReused(key)
                return True, copy.deepcopy(result)
            del self.cache[key]
        return False, None

    async def execute(self, idempotency_key, handler, *args):
        found, result = self.look(idempotency_key, args)
        if found:
            return result, True
        async with self.lock:
            found, result = self.look(idempotency_key, args)
            if found:
                return result, True
            result = await handler(*args)
            self.cache[idempotency_key] = (
                args, result, time.monotonic() + self.ttl
            )
            return copy.deepcopy(result), False
