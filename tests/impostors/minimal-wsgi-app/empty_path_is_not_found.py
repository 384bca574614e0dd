"""Takes PATH_INFO to be always there and never empty, so the root without a slash is a 404."""


def simple_wsgi_app(environ, start_response):
    if environ["PATH_INFO"] == "/":
        status, body = "200 OK", b"Hello, WSGI!"
    else:
        status, body = "404 Not Found", b"Not Found"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
