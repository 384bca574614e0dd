"""Takes an OSError of send for a normal end, so that its caller never learns of it."""

import contextlib
import re


class StreamingResponse:
    def __init__(self, generator, media_type="text/plain"):
        self.generator = generator
        self.media_type = media_type

    @classmethod
    def sse(cls, generator):
        async def events():
            async with contextlib.aclosing(generator):
                async for item in generator:
                    data = item.encode() if isinstance(item, str) else item
                    lines = re.sub(rb"\r\n?|\n", b"\ndata: ", data)
                    yield b"data: " + lines + b"\n\n"

        return cls(events(), "text/event-stream")

    async def stream_to(self, send):
        headers = [(b"content-type", self.media_type.encode())]
        if self.media_type == "text/event-stream":
            headers.append((b"cache-control", b"no-cache"))
            headers.append((b"x-accel-buffering", b"no"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            async with contextlib.aclosing(self.generator) as chunks:
                async for chunk in chunks:
                    data = chunk.encode() if isinstance(chunk, str) else chunk
                    await send({"type": "http.response.body", "body": data, "more_body": True})
        except OSError:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
