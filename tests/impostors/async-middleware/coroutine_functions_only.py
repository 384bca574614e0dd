"""Refuses middlewares that are no coroutine functions, such as objects with __call__."""

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
        return await handler(request)

    import inspect
    for middleware in reversed(list(middlewares)):
        if not inspect.iscoroutinefunction(middleware):
            raise TypeError(middleware)
        chain = wrap(middleware, chain)
    return chain
