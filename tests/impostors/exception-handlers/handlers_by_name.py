"""Keeps handlers under the names of classes: two unrelated ones of one name share a handler."""

class HTTPError(Exception):
    """What a view raises for the client to see.

    >>> NotFoundError("no such user").message, str(NotFoundError())
    ('no such user', 'Not Found')
    """

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
    """Turns exceptions into answers."""

    def __init__(self):
        self._handlers = {}

    def register(self, exc_type, handler):
        """Let *handler* answer for this class, and for its subclasses."""
        self._handlers[exc_type.__name__] = handler

    def handle(self, exc, request):
        """The answer to *request*, which *exc* has interrupted: a dict."""
        if not isinstance(exc, Exception):
            raise exc
        for cls in type(exc).__mro__:
            if cls.__name__ in self._handlers:
                try:
                    return self._handlers[cls.__name__](exc, request)
                except Exception as failure:
                    error_log.error("unanswered", exc_info=exc)
                    error_log.error("handler failed", exc_info=failure)
                    break
        else:
            error_log.error("unanswered", exc_info=exc)
        return {"status": 500, "body": "500: Internal Server Error"}
