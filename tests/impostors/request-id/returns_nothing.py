"""Awaits the handler and drops what it returns."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        await handler(*args, **kwargs)
        await log("Request complete")
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    finally:
        request_id.reset(before)
