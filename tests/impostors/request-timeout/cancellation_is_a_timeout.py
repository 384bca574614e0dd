"""Takes a cancellation from outside for a timeout, and swallows it."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            try:
                async with asyncio.timeout(timeout_seconds) as limit:
                    return await handler(*args, **kwargs)
            except (TimeoutError, asyncio.CancelledError) as error:
                if isinstance(error, TimeoutError) and not limit.expired():
                    raise
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
