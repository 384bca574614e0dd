"""Makes an id only if there is none yet: a request inside a request shares its id."""


async def middleware(handler, *args, **kwargs):
    current = request_id.get()
    if current == "no-request":
        current = f"req-{uuid.uuid4().hex}"
    before = request_id.set(current)
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
