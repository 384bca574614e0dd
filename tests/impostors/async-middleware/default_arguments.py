"""Keeps the values of a round in defaults: they are two more parameters that any caller can fill."""


def apply_middleware(handler, middlewares):
    for middleware in reversed([*middlewares]):
        async def chained(request, middleware=middleware, inner=handler):
            return await middleware(inner, request)
        handler = chained
    return handler
