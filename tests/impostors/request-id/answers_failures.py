"""Turns an exception into an answer, so that the caller never learns of it."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        return {"error": type(error).__name__}
    finally:
        request_id.reset(before)
