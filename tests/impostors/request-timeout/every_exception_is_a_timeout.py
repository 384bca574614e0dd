"""Answers any exception with the timeout error."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            try:
                async with asyncio.timeout(timeout_seconds):
                    return await handler(*args, **kwargs)
            except Exception:
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
