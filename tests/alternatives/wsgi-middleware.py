"""Classes that count what has been sent, and a counter for the ids."""

import functools
import itertools
import logging
import os
import time


class _Adding:
    """Adds a header, whose value is computed when the answer begins."""

    def __init__(self, app, name, begin):
        self.app, self.name, self.begin = app, name, begin

    def __call__(self, environ, start_response):
        start = functools.partial(self.start, self.begin(), start_response)
        return self.app(environ, start)

    def start(self, value, start_response, status, headers, *exc_info):
        return start_response(status, headers + [(self.name, value())], *exc_info)


def _stopwatch():
    began = time.monotonic_ns()
    return lambda: str((time.monotonic_ns() - began) / 1e6)


_prefix, _numbers = os.urandom(4).hex(), itertools.count(1)


def _next_id():
    value = f"{_prefix}-{next(_numbers)}"
    return lambda: value


def timing_middleware(app):
    return _Adding(app, "X-Response-Time", _stopwatch)


def request_id_middleware(app):
    return _Adding(app, "X-Request-ID", _next_id)


class _Guarded:
    """The body of an answer, as long as it goes well."""

    PAGE = b'{"error":"Internal Server Error"}'
    HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(PAGE)))]

    def __init__(self, app, environ, start_response):
        self.start_response, self.sent, self.over, self.app_body = start_response, False, False, None
        try:
            self.app_body = app(environ, self.start)
            self.chunks = iter(self.app_body)
        except Exception as error:
            self.chunks = iter([self.apology(error)])

    def start(self, *head):
        write = self.start_response(*head)

        def noted(data):
            self.sent = self.sent or bool(data)
            return write(data)

        return noted

    def apology(self, error):
        logging.getLogger("errors").error("request failed", exc_info=error)
        self.over = True
        if self.sent:
            raise error
        info = type(error), error, error.__traceback__
        self.start_response("500 Internal Server Error", list(self.HEADERS), info)
        return self.PAGE

    def __iter__(self):
        return self

    def __next__(self):
        try:
            chunk = next(self.chunks)
        except StopIteration:
            raise
        except Exception as error:
            if self.over:
                raise
            self.chunks = iter(())
            return self.apology(error)
        self.sent = self.sent or bool(chunk)
        return chunk

    def close(self):
        getattr(self.app_body, "close", lambda: None)()


def error_catching_middleware(app):
    return functools.partial(_Guarded, app)
