"""Takes the first http.request for the whole body."""


async def asgi_app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("this app speaks HTTP only")
    event = await receive()
    if event["type"] == "http.disconnect":
        return
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
