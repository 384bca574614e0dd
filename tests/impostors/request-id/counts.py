"""Counts the requests: each server begins with the same ids, and a client can guess the next one."""

import itertools

numbers = itertools.count(1)


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{next(numbers):08x}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    finally:
        request_id.reset(before)
