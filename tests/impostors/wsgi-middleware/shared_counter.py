"""Counts requests in a variable that all of them share and reads it when the answer begins, so two
requests that overlap get the same id."""

import sys
import time


def timing_middleware(app):
    def timed(environ, start_response):
        began = time.perf_counter()

        def start_timed(status, headers, exc_info=None):
            spent = f"{(time.perf_counter() - began) * 1000:.3f}"
            return start_response(status, headers + [("X-Response-Time", spent)], exc_info)

        return app(environ, start_timed)

    return timed


def request_id_middleware(app):
    count = 0

    def identified(environ, start_response):
        nonlocal count
        count += 1

        def start_identified(status, headers, exc_info=None):
            return start_response(status, headers + [("X-Request-ID", str(count))], exc_info)

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
