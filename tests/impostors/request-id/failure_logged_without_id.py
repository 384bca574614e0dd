"""Logs the failure outside of the block that has put the id back."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        try:
            await log("Handling request")
            result = await handler(*args, **kwargs)
            await log("Request complete")
            return result
        finally:
            request_id.reset(before)
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
