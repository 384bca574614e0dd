"""Puts the id back however it ends, but logs nothing for a failure."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    finally:
        request_id.reset(before)
