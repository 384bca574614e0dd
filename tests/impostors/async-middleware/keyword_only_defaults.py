"""Hides the defaults behind a star: nobody fills them by mistake, but they are parameters."""


def apply_middleware(handler, middlewares):
    for middleware in reversed([*middlewares]):
        async def chained(request, *, middleware=middleware, inner=handler):
            return await middleware(inner, request)
        handler = chained
    return handler
