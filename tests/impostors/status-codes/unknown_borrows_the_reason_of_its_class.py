"""Treats 299 as 200 in its phrase too, as clients do with its class."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code) or STATUS_REASONS.get(code // 100 * 100, "Unknown")

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
