"""Takes an empty answer of the handler for a timeout."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            result = None
            try:
                async with asyncio.timeout(timeout_seconds) as limit:
                    result = await handler(*args, **kwargs)
            except TimeoutError:
                if not limit.expired():
                    raise
            return result or {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
