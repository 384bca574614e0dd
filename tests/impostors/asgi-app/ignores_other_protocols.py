"""Returns without a word for lifespan and websocket: not my business."""


async def asgi_app(scope, receive, send):
    if scope["type"] != "http":
        return
    more_body = True
    while more_body:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        more_body = event.get("more_body", False)
    path = scope.get("path", "/")
    found = path in ASGI_PAGES
    status, text = (200, ASGI_PAGES[path]) if found else (404, "Not Found")
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
