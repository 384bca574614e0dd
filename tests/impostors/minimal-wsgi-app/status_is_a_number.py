"""Passes the status code alone, as other frameworks let one do."""


def simple_wsgi_app(environ, start_response):
    if environ.get("PATH_INFO", "/") in ("", "/"):
        status, body = 200, b"Hello, WSGI!"
    else:
        status, body = 404, b"Not Found"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
