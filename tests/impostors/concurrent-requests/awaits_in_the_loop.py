"""Awaits each request where it is made: async, but one after another."""


async def process_requests_concurrent(n):
    start = time.perf_counter()
    results = []
    for request_id in range(n):
        results.append(await handle_request(request_id))
    return results, time.perf_counter() - start
