"""Logs the text of the exception, and loses the traceback."""


class HTTPError(Exception):
    status_code = 500
    default_message = "Internal Server Error"

    def __init__(self, message=""):
        self.message = message or self.default_message
        super().__init__(self.message)


class NotFoundError(HTTPError):
    status_code = 404
    default_message = "Not Found"


class ValidationError(HTTPError):
    status_code = 422
    default_message = "Unprocessable Content"


class BadRequestError(HTTPError):
    status_code = 400
    default_message = "Bad Request"


class ExceptionHandlerRegistry:
    def __init__(self):
        self._handlers = {}

    def register(self, exc_type, handler):
        self._handlers[exc_type] = handler

    def handle(self, exc, request):
        if not isinstance(exc, Exception):
            raise exc
        for relative in type(exc).__mro__:
            if relative in self._handlers:
                try:
                    return self._handlers[relative](exc, request)
                except Exception as failure:
                    error_log.error("the handler failed", exc_info=failure)
                    break
        error_log.error("unhandled: %s", exc)
        return {"status": 500, "body": "500: Internal Server Error"}
