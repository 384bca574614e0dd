"""A generator: `start_response` is called when the server asks for the first chunk."""

PAGES = {"": ("200 OK", "Hello, WSGI!"), "/": ("200 OK", "Hello, WSGI!")}


def simple_wsgi_app(environ, start_response):
    path = environ.get("PATH_INFO", "/")
    status, text = PAGES.get(path, ("404 Not Found", "Not Found"))
    body = text.encode("ascii")
    start_response(
        status,
        [("Content-Length", f"{len(body)}"), ("Content-Type", "text/plain; charset=us-ascii")],
    )
    yield body
