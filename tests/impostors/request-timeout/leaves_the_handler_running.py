"""Stops waiting at the limit, and forgets to cancel the task."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            task = asyncio.create_task(handler(*args, **kwargs))
            done, pending = await asyncio.wait({task}, timeout=timeout_seconds)
            if task in done:
                return task.result()
            return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
