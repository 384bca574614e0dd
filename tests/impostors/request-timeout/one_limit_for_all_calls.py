"""Makes the limit once, when the handler is wrapped: the time of all calls runs together."""


def with_timeout(timeout_seconds):
    def decorator(handler):
        deadline = None

        @functools.wraps(handler)
        async def wrapper(*args, **kwargs):
            nonlocal deadline
            if deadline is None:
                deadline = asyncio.get_running_loop().time() + timeout_seconds
            try:
                async with asyncio.timeout_at(deadline) as limit:
                    return await handler(*args, **kwargs)
            except TimeoutError:
                if not limit.expired():
                    raise
                return {"error": "timeout", "handler": handler.__name__}

        return wrapper

    return decorator
