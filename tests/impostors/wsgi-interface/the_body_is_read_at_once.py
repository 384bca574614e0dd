"""Reads the body while the request is made, before anybody has asked for it."""

import http.client
import io


class WSGIRequest:
    def __init__(self, environ):
        self.environ = environ
        length = environ.get("CONTENT_LENGTH") or "0"
        count = int(length) if length.isdecimal() else 0
        self._body = environ.get("wsgi.input", io.BytesIO()).read(count) if count else b""

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
        return self._body


class WSGIResponse:
    def __init__(self, status, body, headers=None):
        self.status = status
        self.body = body.encode("utf-8") if isinstance(body, str) else body
        self.headers = dict(headers or {})

    def __call__(self, start_response):
        reason = http.client.responses.get(self.status, "Unknown")
        has_content = self.status not in (204, 304)
        own = ("content-length",) if has_content else ("content-length", "content-type")
        fields = [(k, v) for k, v in self.headers.items() if k.lower() not in own]
        if has_content:
            if "content-type" not in {name.lower() for name, _ in fields}:
                fields.append(("Content-Type", "text/plain; charset=utf-8"))
            fields.append(("Content-Length", str(len(self.body))))
        start_response(f"{self.status} {reason}", fields)
        return [self.body] if has_content else []
