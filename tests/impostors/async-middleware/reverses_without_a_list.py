"""Calls reversed on whatever it gets; a generator or a set cannot be reversed."""


def apply_middleware(handler, middlewares):
    for middleware in reversed(middlewares):
        handler = functools.partial(middleware, handler)
    return handler
