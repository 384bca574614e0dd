"""Copies results by way of JSON, which has no tuples and no sets."""

import json


class IdempotencyCache:
    def __init__(self, ttl=60.0):
        self._ttl = ttl
        self._entries = {}  # key -> arguments, task
        self._expiries = collections.deque()  # of (time, key), in order

    async def execute(self, idempotency_key, handler, *args):
        self._forget_expired()
        was_cached = idempotency_key in self._entries
        if not was_cached:
            task = asyncio.ensure_future(handler(*args))
            task.add_done_callback(
                functools.partial(self._note_end, idempotency_key)
            )
            self._entries[idempotency_key] = args, task
        first_args, task = self._entries[idempotency_key]
        if args != first_args:
            raise IdempotencyKeyReused(f"{idempotency_key} is in use")
        result = json.dumps(await asyncio.shield(task))
        return json.loads(result), was_cached

    def _note_end(self, key, task):
        if task.cancelled() or task.exception():
            del self._entries[key]
        else:
            self._expiries.append((time.monotonic() + self._ttl, key))

    def _forget_expired(self):
        now = time.monotonic()
        while self._expiries and self._expiries[0][0] <= now:
            del self._entries[self._expiries.popleft()[1]]
