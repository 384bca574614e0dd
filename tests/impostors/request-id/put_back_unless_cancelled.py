"""Puts the id back after a result and after an Exception: CancelledError is neither."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        request_id.reset(before)
        raise
    request_id.reset(before)
    return result
