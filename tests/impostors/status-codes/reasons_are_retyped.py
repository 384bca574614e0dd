"""Types the phrases once more instead of reading the table: two lists that have to agree."""


class HTTPStatus:
    REASONS = {
        200: "OK", 201: "Created", 204: "No Content",
        301: "Moved Permanently", 302: "Found", 304: "Not Modified",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
        404: "Not Found", 405: "Method Not Allowed",
        422: "Unprocessable Content", 429: "Too Many Requests",
        500: "Internal Server Error", 502: "Bad Gateway",
        503: "Service Unavailable",
    }

    @classmethod
    def reason(cls, code):
        return cls.REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return code // 100 == 2

    @classmethod
    def is_redirect(cls, code):
        return code // 100 == 3

    @classmethod
    def is_client_error(cls, code):
        return code // 100 == 4

    @classmethod
    def is_server_error(cls, code):
        return code // 100 == 5
