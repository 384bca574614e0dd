"""Adds a limit that nobody asked for: more than fifty requests wait in line."""


async def process_requests_concurrent(n):
    gate = asyncio.Semaphore(50)

    async def one(request_id):
        async with gate:
            return await handle_request(request_id)

    start = time.perf_counter()
    results = await asyncio.gather(*[one(i) for i in range(n)])
    return results, time.perf_counter() - start
