"""A record for each key with its own future, filled in by a background task; expiry by a sorted heap."""

import heapq


class Record:
    def __init__(self, args):
        self.args, self.outcome, self.expires = args, asyncio.get_running_loop().create_future(), None


class IdempotencyCache:
    def __init__(self, ttl=60.0):
        self.ttl, self.records, self.heap, self.working = ttl, {}, [], set()

    async def execute(self, idempotency_key, handler, *args):
        now = asyncio.get_running_loop().time()
        while self.heap and self.heap[0][0] < now:
            self.records.pop(heapq.heappop(self.heap)[2])
        record = self.records.get(idempotency_key)
        was_cached = record is not None
        if record is None:
            record = self.records[idempotency_key] = Record(args)
            work = asyncio.create_task(self.fill(idempotency_key, record, handler))
            self.working.add(work)
            work.add_done_callback(self.working.discard)
        elif record.args != args:
            raise IdempotencyKeyReused(idempotency_key)
        succeeded, value = await asyncio.shield(record.outcome)
        if succeeded:
            return copy.deepcopy(value), was_cached
        raise value

    async def fill(self, key, record, handler):
        try:
            value = True, await handler(*record.args)
        except BaseException as error:
            del self.records[key]
            value = False, error
        else:
            loop = asyncio.get_running_loop()
            heapq.heappush(self.heap, (loop.time() + self.ttl, id(record), key))
        record.outcome.set_result(value)
