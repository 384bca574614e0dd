"""Cancels the task at the limit, but not when the call itself is cancelled."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            task = asyncio.create_task(handler(*args, **kwargs))
            done, pending = await asyncio.wait({task}, timeout=timeout_seconds)
            if task in done:
                return task.result()
            task.cancel()
            return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
