"""Looks into the cache, runs the handler and stores the result: duplicates in between run it as well."""


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
        if not found:
            result = await handler(*args)
            self.cache[idempotency_key] = (
                args, result, time.monotonic() + self.ttl
            )
            return copy.deepcopy(result), False
