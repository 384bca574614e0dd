"""Waits for the handler to the end and then looks at the clock."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            start = asyncio.get_running_loop().time()
            result = await handler(*args, **kwargs)
            if asyncio.get_running_loop().time() - start > timeout_seconds:
                return {"error": "timeout", "handler": handler.__name__}
            return result

        return wrapper

    return decorator
