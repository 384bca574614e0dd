"""Lets the first caller run the handler and the others wait for a future: if the first one is cancelled, so is the charge."""


class IdempotencyCache:
    def __init__(self, ttl=60.0):
        self.ttl, self.entries = ttl, {}

    async def execute(self, idempotency_key, handler, *args):
        for key, (_, future, end) in [*self.entries.items()]:
            if end and end <= time.monotonic():
                del self.entries[key]
        if idempotency_key in self.entries:
            first_args, future, _ = self.entries[idempotency_key]
            if first_args != args:
                raise IdempotencyKeyReused(idempotency_key)
            return copy.deepcopy(await asyncio.shield(future)), True
        future = asyncio.get_running_loop().create_future()
        self.entries[idempotency_key] = args, future, None
        try:
            result = await handler(*args)
        except BaseException as error:
            del self.entries[idempotency_key]
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
                future.exception()
            raise
        future.set_result(result)
        end = time.monotonic() + self.ttl
        self.entries[idempotency_key] = args, future, end
        return copy.deepcopy(result), False
