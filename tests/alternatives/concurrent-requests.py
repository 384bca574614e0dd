"""A task group, which would cancel the other requests if one failed."""


async def process_requests_concurrent(n):
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(handle_request(number)) for number in range(n)]
    return [task.result() for task in tasks], time.monotonic() - begun
