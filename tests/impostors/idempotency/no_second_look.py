"""Looks into the cache before it waits for the lock, and not after: duplicates run one after another."""


class IdempotencyCache:
    def __init__(self, ttl=60.0):
        self.ttl, self.cache, self.locks = ttl, {}, {}

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
        lock = self.locks.setdefault(idempotency_key, asyncio.Lock())
        async with lock:
            result = await handler(*args)
            self.cache[idempotency_key] = (
                args, result, time.monotonic() + self.ttl
            )
            return copy.deepcopy(result), False
