"""Puts the id back after the last line of the good case, without a finally."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    await log("Handling request")
    try:
        result = await handler(*args, **kwargs)
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    await log("Request complete")
    request_id.reset(before)
    return result
