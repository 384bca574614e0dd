"""A registry on top of functools.singledispatch, which knows the MRO and keeps what it has found."""

import functools


class HTTPError(Exception):
    status_code, default_message = 500, "Internal Server Error"

    def __init__(self, message=""):
        super().__init__(message)
        self.message = message if message else type(self).default_message

    def __str__(self):
        return self.message


class NotFoundError(HTTPError):
    status_code, default_message = 404, "Not Found"


class ValidationError(HTTPError):
    status_code, default_message = 422, "Unprocessable Content"


class BadRequestError(HTTPError):
    status_code, default_message = 400, "Bad Request"


class ExceptionHandlerRegistry:
    def __init__(self):
        @functools.singledispatch
        def answer(exc, request):
            raise exc

        self._answer = answer

    def register(self, exc_type, handler):
        self._answer.register(exc_type, handler)

    def handle(self, exc, request):
        if isinstance(exc, Exception):
            try:
                return self._answer(exc, request)
            except Exception as raised:
                for each in {id(exc): exc, id(raised): raised}.values():
                    error_log.error("%r at %s", each, request, exc_info=each)
                return {"status": 500, "body": "500: Internal Server Error"}
        raise exc
