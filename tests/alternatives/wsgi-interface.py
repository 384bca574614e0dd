"""Reads the stream in pieces into a cache, and builds the answer when it is sent, without a dict."""

import http
import io
import re
from functools import cached_property

NO_CONTENT = frozenset({http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED})


class WSGIRequest:
    def __init__(self, environ):
        self._get = environ.get

    @property
    def method(self):
        return self._get("REQUEST_METHOD", "GET")

    @property
    def path(self):
        return str(bytes(self._get("PATH_INFO", ""), "latin-1"), "utf-8", "replace") or "/"

    @property
    def query_string(self):
        return self._get("QUERY_STRING", "")

    @cached_property
    def body(self):
        announced = re.fullmatch("[0-9]+", self._get("CONTENT_LENGTH", ""))
        missing = int(announced[0]) if announced else 0
        pieces = []
        while missing > 0:
            piece = self._get("wsgi.input", io.BytesIO()).read(min(missing, 4))
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)


def _reason(status):
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class WSGIResponse:
    def __init__(self, status, body, headers=None):
        self.status = int(status)
        self.content = bytes(body, "utf-8") if isinstance(body, str) else bytes(body)
        self.headers = tuple((headers or {}).items())

    def __call__(self, start_response):
        names = {name.casefold() for name, _ in self.headers}
        fields = [pair for pair in self.headers if pair[0].casefold() not in self._replaced()]
        if self.status not in NO_CONTENT:
            fields.append(("Content-Length", f"{len(self.content)}"))
            if "content-type" not in names:
                fields.append(("Content-Type", "text/plain; charset=utf-8"))
        start_response(f"{self.status} {_reason(self.status)}", fields)
        return [] if self.status in NO_CONTENT else [self.content]

    def _replaced(self):
        if self.status in NO_CONTENT:
            return {"content-length", "content-type"}
        return {"content-length"}
