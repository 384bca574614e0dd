"""Keeps the formatter instead of wrapping the generator, and closes it in a finally."""

import re


def server_sent(item):
    text = item if isinstance(item, str) else str(item, "utf-8")
    lines = re.split("\r\n|\r|\n", text)
    return "".join([*(f"data: {line}\n" for line in lines), "\n"])


class StreamingResponse:
    EXTRA = {"text/event-stream": {"cache-control": "no-cache", "x-accel-buffering": "no"}}

    def __init__(self, generator, media_type="text/plain"):
        self._source, self.media_type = generator, media_type
        self._format = lambda chunk: chunk

    @classmethod
    def sse(cls, generator):
        response = cls(generator, media_type="text/event-stream")
        response._format = server_sent
        return response

    async def stream_to(self, send):
        headers = {"content-type": self.media_type, **self.EXTRA.get(self.media_type, {})}
        try:
            await send({
                "type": "http.response.start",
                "status": 200,
                "headers": [[k.encode(), v.encode()] for k, v in headers.items()],
            })
            async for chunk in self._source:
                data = self._format(chunk)
                body = data if isinstance(data, bytes) else bytes(data, "utf-8")
                await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            await self._source.aclose()
        await send({"type": "http.response.body"})
