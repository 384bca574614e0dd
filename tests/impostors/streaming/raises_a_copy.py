"""Raises an exception like the generator's: the traceback is lost."""

import contextlib
import re


class StreamingResponse:
    """A response whose body is sent while an async generator makes it.

    >>> StreamingResponse(stream_ticks()).media_type
    'text/plain'
    """

    def __init__(self, generator, media_type="text/plain"):
        self.generator = generator
        self.media_type = media_type

    @classmethod
    def sse(cls, generator):
        """A response that sends each item of *generator* as one event."""
        async def events():
            async with contextlib.aclosing(generator):
                async for item in generator:
                    if isinstance(item, str):
                        item = item.encode("utf-8")
                    lines = re.split(b"\r\n|\n|\r", item)
                    yield b"".join(b"data: %b\n" % l for l in lines) + b"\n"

        response = cls(events(), "text/event-stream")
        response.source = generator
        return response

    source = None

    async def stream_to(self, send):
        """Send the start, each chunk as soon as it is made, and the end."""
        headers = [(b"content-type", self.media_type.encode("latin-1"))]
        if self.media_type == "text/event-stream":
            headers += [(b"cache-control", b"no-cache"),
                        (b"x-accel-buffering", b"no")]
        try:
            async with contextlib.AsyncExitStack() as stack:
                if self.source is not None:
                    await stack.enter_async_context(
                        contextlib.aclosing(self.source))
                await stack.enter_async_context(
                    contextlib.aclosing(self.generator))
                await send({"type": "http.response.start", "status": 200,
                            "headers": headers})
                async for chunk in self.generator:
                    if isinstance(chunk, str):
                        chunk = chunk.encode("utf-8")
                    await send({"type": "http.response.body", "body": chunk,
                                "more_body": True})
            await send({"type": "http.response.body", "body": b"",
                        "more_body": False})
        except LookupError as e:
            raise type(e)(*e.args) from None
