"""Walks with one iterator for the life of the chain: the second request finds it exhausted."""


def apply_middleware(handler, middlewares):
    remaining = iter([*middlewares])

    async def chained(request):
        middleware = next(remaining, None)
        if middleware is None:
            return await handler(request)
        return await middleware(chained, request)

    return chained
