"""Guards the chain with a lock, so that requests wait for each other."""


def apply_middleware(handler, middlewares):
    lock = asyncio.Lock()
    for middleware in reversed([*middlewares]):
        handler = functools.partial(middleware, handler)

    async def chained(request):
        async with lock:
            return await handler(request)

    return chained
