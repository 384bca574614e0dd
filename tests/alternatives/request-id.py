"""Runs the request in a task of its own: its copy of the context goes with it, so nothing is put back."""

import secrets


async def middleware(handler, *args, **kwargs):
    async def request():
        request_id.set("req-" + secrets.token_hex(4))
        await log("Handling request")
        outcome = "Request complete"
        try:
            return await handler(*args, **kwargs)
        except BaseException as error:
            outcome = "Request failed: " + type(error).__name__
            raise
        finally:
            await log(outcome)

    return await asyncio.create_task(request())
