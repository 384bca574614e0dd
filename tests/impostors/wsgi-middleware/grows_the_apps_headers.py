"""Appends its header to the app's own list, which grows with every request if the app keeps one."""

import sys
import time
import uuid


def timing_middleware(app):
    def timed(environ, start_response):
        began = time.perf_counter()

        def start_timed(status, headers, exc_info=None):
            spent = f"{(time.perf_counter() - began) * 1000:.3f}"
            headers.append(("X-Response-Time", spent))
            return start_response(status, headers, exc_info)

        return app(environ, start_timed)

    return timed


def request_id_middleware(app):
    def identified(environ, start_response):
        request_id = uuid.uuid4().hex

        def start_identified(status, headers, exc_info=None):
            headers.append(("X-Request-ID", request_id))
            return start_response(status, headers, exc_info)

        return app(environ, start_identified)

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
