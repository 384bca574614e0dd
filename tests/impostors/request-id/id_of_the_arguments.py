"""Takes a hash of the request for its id: the same request again has the same one."""

import hashlib


async def middleware(handler, *args, **kwargs):
    name = f"{handler.__name__}{args}{kwargs}"
    before = request_id.set("req-" + hashlib.sha256(name.encode()).hexdigest()[:16])
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
