"""Recursion: a call for each middleware, whose variables belong to it alone."""


def apply_middleware(handler, middlewares):
    first, *others = [*middlewares] or [None]
    if first is None:
        return handler
    inner = apply_middleware(handler, others)

    async def chained(request):
        return await first(inner, request)

    return chained
