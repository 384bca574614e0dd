"""A bucket behind a fair lock, timers that drop what expires, and a future for those who wait."""


class AsyncService:
    TTL = 1.0
    TIMEOUT = 0.5
    RATE, BURST = 5, 5

    def __init__(self):
        self._counts = dict.fromkeys(("hits", "misses", "timeouts", "total"), 0)
        self._results, self._waiters, self._loads = {}, {}, set()
        self._turn = asyncio.Lock()
        self._tokens, self._filled = float(self.BURST), None

    async def fetch(self, resource_id):
        await asyncio.sleep(0.1)
        if resource_id > 100:
            raise ValueError(f"Resource {resource_id} not found")
        return {"id": resource_id, "data": f"content_{resource_id}"}

    async def get(self, resource_id):
        self._counts["total"] += 1
        if resource_id in self._results:
            self._counts["hits"] += 1
            return self._results[resource_id]
        self._counts["hits" if resource_id in self._waiters else "misses"] += 1
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(resource_id, []).append(waiter)
        if len(self._waiters[resource_id]) == 1:
            load = asyncio.create_task(self._load(resource_id))
            self._loads.add(load)
            load.add_done_callback(self._loads.discard)
        return await waiter

    async def _load(self, resource_id):
        result = problem = None
        try:
            async with self._turn:
                await self._token()
            result = await self._limited(resource_id)
            self._results[resource_id] = result
            loop = asyncio.get_running_loop()
            loop.call_later(self.TTL, self._results.pop, resource_id)
        except Exception as error:
            problem = error
        for waiter in self._waiters.pop(resource_id):
            if waiter.done():
                continue
            if problem is None:
                waiter.set_result(result)
            else:
                waiter.set_exception(problem)

    async def _limited(self, resource_id):
        work = asyncio.ensure_future(self.fetch(resource_id))
        done, _ = await asyncio.wait([work], timeout=self.TIMEOUT)
        if done:
            return work.result()
        work.cancel()
        self._counts["timeouts"] += 1
        raise TimeoutError

    async def _token(self):
        while True:
            now = time.perf_counter()
            if self._filled is not None:
                grown = self._tokens + (now - self._filled) * self.RATE
                self._tokens = min(self.BURST, grown)
            self._filled = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / self.RATE)

    def get_metrics(self):
        return dict(self._counts)
