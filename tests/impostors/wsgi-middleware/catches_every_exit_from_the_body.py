"""Catches BaseException while the body is iterated over, so that not even SystemExit gets out."""

import sys
import time
import uuid


def timing_middleware(app):
    def timed(environ, start_response):
        began = time.perf_counter()

        def start_timed(status, headers, exc_info=None):
            spent = f"{(time.perf_counter() - began) * 1000:.3f}"
            return start_response(status, headers + [("X-Response-Time", spent)], exc_info)

        return app(environ, start_timed)

    return timed


def request_id_middleware(app):
    def identified(environ, start_response):
        request_id = uuid.uuid4().hex

        def start_identified(status, headers, exc_info=None):
            return start_response(status, headers + [("X-Request-ID", request_id)], exc_info)

        return app(environ, start_identified)

    return identified


class Guarded:
    def __init__(self, app, environ, start_response):
        self.environ, self.start_response = environ, start_response
        self.body, self.over = (), False
        try:
            self.body = app(environ, start_response)
            self.chunks = iter(self.body)
        except Exception:
            self.chunks = iter([self.sorry()])

    def sorry(self):
        self.over = True
        wsgi_log.exception("error")
        headers = [("Content-Type", "application/json")]
        self.start_response("500 Internal Server Error", headers, sys.exc_info())
        return b'{"error": "Internal Server Error"}'

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return next(self.chunks)
        except StopIteration:
            raise
        except:
            if self.over:
                raise
            self.chunks = iter(())
            return self.sorry()

    def close(self):
        if hasattr(self.body, "close"):
            self.body.close()


def error_catching_middleware(app):
    def guarded(environ, start_response):
        return Guarded(app, environ, start_response)

    return guarded
