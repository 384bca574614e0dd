"""Keeps the list of headers that it hands to the server, which adds to it."""

import http.client
import io


class WSGIRequest:
    def __init__(self, environ):
        self.environ = environ
        self._body = None

    @property
    def method(self):
        return self.environ.get("REQUEST_METHOD", "GET")

    @property
    def path(self):
        path = self.environ.get("PATH_INFO") or "/"
        return path.encode("latin-1").decode("utf-8", "replace")

    @property
    def query_string(self):
        return self.environ.get("QUERY_STRING", "")

    @property
    def body(self):
        if self._body is None:
            length = self.environ.get("CONTENT_LENGTH") or "0"
            count = int(length) if length.isdecimal() else 0
            if count:
                self._body = self.environ.get("wsgi.input", io.BytesIO()).read(count)
            else:
                self._body = b""
        return self._body


class WSGIResponse:
    def __init__(self, status, body, headers=None):
        self.status = f"{status} {http.client.responses.get(status, 'Unknown')}"
        self.body = body.encode("utf-8") if isinstance(body, str) else body
        fields = {name.lower(): (name, value) for name, value in dict(headers or {}).items()}
        if status in (204, 304):
            self.body = b""
            fields.pop("content-type", None)
            fields.pop("content-length", None)
        else:
            fields.setdefault("content-type", ("Content-Type", "text/plain; charset=utf-8"))
            fields["content-length"] = ("Content-Length", str(len(self.body)))
        self.fields = list(fields.values())

    def __call__(self, start_response):
        start_response(self.status, self.fields)
        return [self.body]
