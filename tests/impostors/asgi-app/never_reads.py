"""Answers without having listened: the body is of no interest."""


async def asgi_app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("this app speaks HTTP only")
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
