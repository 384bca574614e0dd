"""Stops the watch when the requests have been started, not when they are done."""


async def process_requests_concurrent(n):
    start = time.perf_counter()
    tasks = [asyncio.create_task(handle_request(i)) for i in range(n)]
    elapsed = time.perf_counter() - start
    return [await task for task in tasks], elapsed
