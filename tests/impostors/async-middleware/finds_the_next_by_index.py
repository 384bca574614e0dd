"""Finds the next one by asking the list where the present one is: one that stands there twice goes in circles."""


def apply_middleware(handler, middlewares):
    middlewares = [*middlewares]

    def after(middleware):
        position = middlewares.index(middleware) + 1
        return from_here(middlewares[position]) if position < len(middlewares) else handler

    def from_here(middleware):
        async def chained(request):
            return await middleware(after(middleware), request)
        return chained

    return from_here(middlewares[0]) if middlewares else handler
