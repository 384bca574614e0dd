"""Keeps the inner handler apart, but every wrapper uses the middleware of the last round."""


def apply_middleware(handler, middlewares):
    def wrap(inner):
        async def chained(request):
            return await middleware(inner, request)
        return chained

    for middleware in reversed([*middlewares]):
        handler = wrap(handler)
    return handler
