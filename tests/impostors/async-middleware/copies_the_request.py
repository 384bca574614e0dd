"""Gives each layer a copy of the request, to be on the safe side."""


def apply_middleware(handler, middlewares):
    def wrap(middleware, inner):
        async def chained(request):
            return await middleware(inner, dict(request))
        return chained

    for middleware in reversed([*middlewares]):
        handler = wrap(middleware, handler)
    return handler
