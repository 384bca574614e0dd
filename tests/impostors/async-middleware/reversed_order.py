"""Walks from the first to the last: the last of the list ends up outermost."""


def apply_middleware(handler, middlewares):
    for middleware in middlewares:
        handler = functools.partial(middleware, handler)
    return handler
