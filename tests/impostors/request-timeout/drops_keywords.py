"""Passes positional arguments on and forgets the keywords."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            try:
                async with asyncio.timeout(timeout_seconds) as limit:
                    return await handler(*args)
            except TimeoutError:
                if not limit.expired():
                    raise
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
