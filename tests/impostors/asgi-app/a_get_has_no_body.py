"""Takes it that a GET has no body, and answers without having listened."""


async def asgi_app(scope, receive, send):
    """An ASGI app that answers with the page of a path, or with 404.

    >>> asyncio.run(asgi_events(asgi_app, "/other"))[0]["status"]
    404
    """
    if scope["type"] != "http":
        raise ValueError(f"not http: {scope['type']!r}")
    while scope.get("method") not in ("GET", "HEAD"):
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        if not event.get("more_body"):
            break
    text = ASGI_PAGES.get(scope.get("path", "/"))
    status = 200
    if text is None:
        status, text = 404, "Not Found"
    body = text.encode()
    await send({
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ],
    })
    await send({"type": "http.response.body", "body": body})
