"""Strips slashes from the path, so // is the root as well."""


def simple_wsgi_app(environ, start_response):
    if not environ.get("PATH_INFO", "/").strip("/"):
        status, body = "200 OK", b"Hello, WSGI!"
    else:
        status, body = "404 Not Found", b"Not Found"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
