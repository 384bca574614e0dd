"""Logs the exception with its text, which may hold line breaks of the client's."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}: {error}")
        raise
    finally:
        request_id.reset(before)
