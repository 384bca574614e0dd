"""Keeps the token in a global variable, which the next request overwrites."""

token_before = None


async def middleware(handler, *args, **kwargs):
    global token_before
    token_before = request_id.set(f"req-{uuid.uuid4().hex}")
    try:
        await log("Handling request")
        result = await handler(*args, **kwargs)
        await log("Request complete")
        return result
    except Exception as error:
        await log(f"Request failed: {type(error).__name__}")
        raise
    finally:
        request_id.reset(token_before)
