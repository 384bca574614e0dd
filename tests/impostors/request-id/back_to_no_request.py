"""Sets the id to "no-request" at the end, where the id of an outer request may have been."""


async def middleware(handler, *args, **kwargs):
    request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    finally:
        request_id.set("no-request")
