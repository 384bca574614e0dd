"""Asks whether the page's text is true: an empty page counts as none."""


async def asgi_app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("this app speaks HTTP only")
    more_body = True
    while more_body:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        more_body = event.get("more_body", False)
    text = ASGI_PAGES.get(scope.get("path", "/"))
    status = 200 if text else 404
    text = text or "Not Found"
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
