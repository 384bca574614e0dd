"""Makes ids of four hex digits: 65536 of them, so a few hundred requests are enough for a pair."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex[:4]}")
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
