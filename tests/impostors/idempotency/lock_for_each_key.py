"""Runs the handler under a lock for each key, in the caller's own task: who is cancelled cancels the charge, a failure is tried again by everybody who waits, and the locks stay."""


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
            found, result = self.look(idempotency_key, args)
            if found:
                return result, True
            result = await handler(*args)
            self.cache[idempotency_key] = (
                args, result, time.monotonic() + self.ttl
            )
            return copy.deepcopy(result), False
