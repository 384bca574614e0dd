"""Makes the wrappers in a loop: each looks its handler up when called, finds itself, and never ends."""


def apply_middleware(handler, middlewares):
    for middleware in reversed([*middlewares]):
        async def chained(request):
            return await middleware(handler, request)
        handler = chained
    return handler
