"""Reads by an async generator, and sends from a table of events; headers are lists, as JSON has them."""


class ClientGone(Exception):
    pass


async def request_body(receive):
    while True:
        match await receive():
            case {"type": "http.disconnect"}:
                raise ClientGone
            case {"type": "http.request", **rest}:
                yield rest.get("body", b"")
                if not rest.get("more_body"):
                    return


async def asgi_app(scope, receive, send):
    assert scope["type"] == "http", scope["type"]
    try:
        async for _ in request_body(receive):
            pass
    except ClientGone:
        return
    page = ASGI_PAGES.get(scope.get("path", "/"))
    body = bytes("Not Found" if page is None else page, "utf-8")
    headers = {"content-length": len(body), "content-type": "text/plain; charset=utf-8"}
    start = {
        "type": "http.response.start",
        "status": 404 if page is None else 200,
        "headers": [[name.encode(), str(value).encode()] for name, value in headers.items()],
    }
    for event in (start, {"type": "http.response.body", "body": body, "more_body": False}):
        await send(event)
