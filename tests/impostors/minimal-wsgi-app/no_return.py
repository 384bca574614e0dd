"""Builds the body and forgets to return it."""


def simple_wsgi_app(environ, start_response):
    if environ.get("PATH_INFO", "/") in ("", "/"):
        status, body = "200 OK", b"Hello, WSGI!"
    else:
        status, body = "404 Not Found", b"Not Found"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    [body]
