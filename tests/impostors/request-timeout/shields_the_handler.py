"""Shields the handler from cancellation: it works on after the limit."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            task = asyncio.ensure_future(handler(*args, **kwargs))
            try:
                return await asyncio.wait_for(asyncio.shield(task), timeout_seconds)
            except TimeoutError:
                if task.done():
                    raise
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
