"""Logs the completion in the finally: a failed request is complete as well."""


async def middleware(handler, *args, **kwargs):
    before = request_id.set(f"req-{uuid.uuid4().hex}")
    await log("Handling request")
    try:
        return await handler(*args, **kwargs)
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    finally:
        await log("Request complete")
        request_id.reset(before)
