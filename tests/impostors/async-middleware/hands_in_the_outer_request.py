"""Throws away what a middleware passes on: everything further in gets the outer request."""

def apply_middleware(handler, middlewares):
    """A handler that passes each request through *middlewares* on its way.

    >>> request = {"path": "/users/1"}
    >>> asyncio.run(apply_middleware(chain_user, [chain_auth])(request))
    {'error': 'unauthorized', 'status': 401}
    """
    def wrap(middleware, inner):
        async def wrapped(request):
            original = request
            async def further(_):
                return await inner(original)
            return await middleware(further, request)
        return wrapped

    async def chain(request):
        return await handler(request)

    for middleware in reversed(list(middlewares)):
        chain = wrap(middleware, chain)
    return chain
