"""Takes the middlewares out of the caller's list."""


def apply_middleware(handler, middlewares):
    if not isinstance(middlewares, list):
        middlewares = list(middlewares)
    while middlewares:
        handler = functools.partial(middlewares.pop(), handler)
    return handler
