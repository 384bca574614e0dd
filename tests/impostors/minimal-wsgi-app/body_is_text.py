"""Returns the body as str chunks: WSGI takes bytes only."""


def simple_wsgi_app(environ, start_response):
    if environ.get("PATH_INFO", "/") in ("", "/"):
        status, body = "200 OK", "Hello, WSGI!"
    else:
        status, body = "404 Not Found", "Not Found"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
