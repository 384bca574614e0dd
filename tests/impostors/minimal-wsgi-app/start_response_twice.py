"""Starts a 200 by default and starts again for the 404."""


def simple_wsgi_app(environ, start_response):
    body = b"Hello, WSGI!"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
    if environ.get("PATH_INFO", "/") not in ("", "/"):
        body = b"Not Found"
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "9")])
    return [body]
