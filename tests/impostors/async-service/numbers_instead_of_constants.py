"""Has the numbers of the statement in its code, whatever the constants say."""


class AsyncService:
    TTL = 1.0
    TIMEOUT = 0.5
    RATE, BURST = 5, 5

    def __init__(self):
        self.metrics = {"hits": 0, "misses": 0, "timeouts": 0, "total": 0}
        self._cache = {}
        self._tasks = {}
        self._tokens = self.BURST
        self._counted = time.monotonic()

    async def fetch(self, resource_id):
        await asyncio.sleep(0.1)
        if resource_id > 100:
            raise ValueError(f"Resource {resource_id} not found")
        return {"id": resource_id, "data": f"content_{resource_id}"}

    async def get(self, resource_id):
        self.metrics["total"] += 1
        self._cache = {k: v for k, v in self._cache.items() if time.monotonic() < v[0]}
        if resource_id in self._cache:
            self.metrics["hits"] += 1
            return self._cache[resource_id][1]
        if resource_id in self._tasks:
            self.metrics["hits"] += 1
        else:
            self.metrics["misses"] += 1
            task = asyncio.create_task(self._load(resource_id))
            task.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._tasks[resource_id] = task
        return await asyncio.shield(self._tasks[resource_id])

    async def _load(self, resource_id):
        try:
            await self._token()
            try:
                async with asyncio.timeout(0.5) as limit:
                    result = await self.fetch(resource_id)
            finally:
                self.metrics["timeouts"] += limit.expired()
            self._cache[resource_id] = time.monotonic() + 1.0, result
            return result
        finally:
            del self._tasks[resource_id]

    async def _token(self):
        now = time.monotonic()
        self._tokens = min(self.BURST, self._tokens + (now - self._counted) * 5) - 1
        self._counted = now
        await asyncio.sleep(-self._tokens / 5)

    def get_metrics(self):
        return dict(self.metrics)
