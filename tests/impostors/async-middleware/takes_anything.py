"""Passes on whatever it is called with: *args and **kwargs are for decorators of any function."""


def apply_middleware(handler, middlewares):
    def wrap(middleware, inner):
        async def chained(request, *args, **kwargs):
            return await middleware(inner, request)
        return chained

    for middleware in reversed([*middlewares]):
        handler = wrap(middleware, handler)
    return handler
