"""Lets the TimeoutError out, as asyncio does, in the place of an answer."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            return await asyncio.wait_for(handler(*args, **kwargs), timeout_seconds)

        return wrapper

    return decorator
