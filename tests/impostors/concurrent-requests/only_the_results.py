"""Returns what gather returns and leaves the seconds to the caller."""


async def process_requests_concurrent(n):
    return await asyncio.gather(*[handle_request(i) for i in range(n)])
