"""Takes a TimeoutError of the handler, such as its database's, for its own."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            try:
                return await asyncio.wait_for(handler(*args, **kwargs), timeout_seconds)
            except asyncio.TimeoutError:
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
