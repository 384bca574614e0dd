"""Passes the headers as a dict: a dict cannot repeat Set-Cookie, and PEP 3333 asks for a list."""


def simple_wsgi_app(environ, start_response):
    if environ.get("PATH_INFO", "/") in ("", "/"):
        status, body = "200 OK", b"Hello, WSGI!"
    else:
        status, body = "404 Not Found", b"Not Found"
    start_response(status, {"Content-Type": "text/plain", "Content-Length": str(len(body))})
    return [body]
