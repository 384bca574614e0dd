"""Sets the id and leaves it: each task has its own context in the demonstration with gather."""


async def middleware(handler, *args, **kwargs):
    request_id.set(f"req-{uuid.uuid4().hex}")
    await log("Handling request")
    try:
        result = await handler(*args, **kwargs)
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    await log("Request complete")
    return result
