"""Collects the status and headers while the app is called and starts the answer afterwards: an app
that begins later, such as a generator, has no headers yet."""

import sys
import time
import uuid


def timing_middleware(app):
    def timed(environ, start_response):
        began = time.perf_counter()
        captured = {}

        def capture(status, headers, exc_info=None):
            captured["head"] = status, headers
            return lambda data: None

        body = app(environ, capture)
        status, headers = captured["head"]
        spent = f"{(time.perf_counter() - began) * 1000:.2f}"
        start_response(status, headers + [("X-Response-Time", spent)])
        return body

    return timed


def request_id_middleware(app):
    def identified(environ, start_response):
        captured = {}

        def capture(status, headers, exc_info=None):
            captured["head"] = status, headers
            return lambda data: None

        body = app(environ, capture)
        status, headers = captured["head"]
        start_response(status, headers + [("X-Request-ID", str(uuid.uuid4()))])
        return body

    return identified


def error_catching_middleware(app):
    def guarded(environ, start_response):
        chunks = ()
        try:
            chunks = app(environ, start_response)
            for chunk in chunks:
                yield chunk
        except Exception:
            wsgi_log.exception("error")
            headers = [("Content-Type", "application/json")]
            start_response("500 Internal Server Error", headers, sys.exc_info())
            yield b'{"error": "Internal Server Error"}'
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    return guarded
