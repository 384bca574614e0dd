"""Leaves Content-Length to the server."""


def simple_wsgi_app(environ, start_response):
    headers = [("Content-Type", "text/plain")]
    if environ.get("PATH_INFO", "/") in ("", "/"):
        start_response("200 OK", headers)
        return [b"Hello, WSGI!"]
    start_response("404 Not Found", headers)
    return [b"Not Found"]
