"""Runs the handler as a task and looks at it when the time is up, without any TimeoutError."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            task = asyncio.create_task(handler(*args, **kwargs))
            try:
                done, _ = await asyncio.wait([task], timeout=timeout_seconds)
            finally:
                task.cancel()  # changes nothing about a task that is done
            if done:
                return task.result()
            return dict(error="timeout", handler=handler.__name__)

        return wrapper

    return decorator
