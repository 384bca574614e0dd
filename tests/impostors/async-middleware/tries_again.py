"""Repeats the handler itself after a ConnectionError: a payment is made twice."""

def apply_middleware(handler, middlewares):
    """A handler that passes each request through *middlewares* on its way.

    >>> request = {"path": "/users/1"}
    >>> asyncio.run(apply_middleware(chain_user, [chain_auth])(request))
    {'error': 'unauthorized', 'status': 401}
    """
    def wrap(middleware, inner):
        async def wrapped(request):
            return await middleware(inner, request)
        return wrapped

    async def chain(request):
        try:
            return await handler(request)
        except ConnectionError:
            return await handler(request)

    for middleware in reversed(list(middlewares)):
        chain = wrap(middleware, chain)
    return chain
