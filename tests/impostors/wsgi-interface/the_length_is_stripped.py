"""Strips spaces off CONTENT_LENGTH before it looks for digits."""

import http.client
import io


class WSGIRequest:
    def __init__(self, environ):
        self._environ = environ
        self._body = None

    @property
    def method(self):
        return self._environ.get("REQUEST_METHOD", "GET")

    @property
    def path(self):
        path = self._environ.get("PATH_INFO") or "/"
        return path.encode("latin-1").decode(errors="replace")

    @property
    def query_string(self):
        return self._environ.get("QUERY_STRING", "")

    @property
    def body(self):
        if self._body is None:
            length = self._environ.get("CONTENT_LENGTH", "").strip()
            stream = self._environ.get("wsgi.input", io.BytesIO())
            self._body = stream.read(int(length) if length.isdecimal() else 0)
        return self._body


class WSGIResponse:
    def __init__(self, status, body, headers=None):
        reason = http.client.responses.get(status, "Unknown")
        self._status = f"{status} {reason}"
        self._body = body.encode() if isinstance(body, str) else body
        text = "Content-Type", "text/plain; charset=utf-8"
        self._headers = {"content-type": text}
        for name, value in (headers or {}).items():
            self._headers[name.lower()] = name, value
        length = "Content-Length", str(len(self._body))
        self._headers["content-length"] = length
        if status in (204, 304):
            self._body = b""
            del self._headers["content-type"], self._headers["content-length"]

    def __call__(self, start_response):
        start_response(self._status, list(self._headers.values()))
        return [self._body]
