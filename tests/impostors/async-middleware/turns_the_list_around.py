"""Turns the caller's list around, in place."""


def apply_middleware(handler, middlewares):
    middlewares = middlewares if isinstance(middlewares, list) else [*middlewares]
    middlewares.reverse()
    for middleware in middlewares:
        handler = functools.partial(middleware, handler)
    return handler
