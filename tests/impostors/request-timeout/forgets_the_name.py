"""Leaves functools.wraps out: the wrapped handler is called wrapper."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        async def wrapper(*args, **kwargs):
            try:
                async with asyncio.timeout(timeout_seconds) as limit:
                    return await handler(*args, **kwargs)
            except TimeoutError:
                if not limit.expired():
                    raise
                return {"error": "timeout", "handler": wrapper.__name__}

        return wrapper

    return decorator
