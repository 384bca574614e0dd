"""Sleeps until the limit and then looks whether the handler is done."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            task = asyncio.create_task(handler(*args, **kwargs))
            try:
                await asyncio.sleep(timeout_seconds)
            finally:
                in_time = task.done()
                task.cancel()
            if in_time:
                return task.result()
            return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
