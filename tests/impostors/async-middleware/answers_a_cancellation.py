"""Answers a cancelled request instead of letting the cancellation pass."""

def apply_middleware(handler, middlewares):
    """A handler that passes each request through *middlewares* on its way.

    >>> request = {"path": "/users/1"}
    >>> asyncio.run(apply_middleware(chain_user, [chain_auth])(request))
    {'error': 'unauthorized', 'status': 401}
    """
    def wrap(middleware, inner):
        async def wrapped(request):
            import asyncio
            try:
                return await middleware(inner, request)
            except asyncio.CancelledError:
                return {'status': 499}
        return wrapped

    async def chain(request):
        return await handler(request)

    for middleware in reversed(list(middlewares)):
        chain = wrap(middleware, chain)
    return chain
