"""Builds the chain anew for each request, from whatever the list holds by then."""


def apply_middleware(handler, middlewares):
    async def chained(request):
        inner = handler
        for middleware in reversed([*middlewares]):
            inner = functools.partial(middleware, inner)
        return await inner(request)

    return chained
