"""Makes the id when the cell runs, as the default of a helper: all requests share it."""


def new_id(number=uuid.uuid4().hex):
    return f"req-{number}"


async def middleware(handler, *args, **kwargs):
    before = request_id.set(new_id())
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
