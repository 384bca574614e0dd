"""Answers 1 and 0, which print and serialize as numbers."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return int(code // 100 == 2)

    @classmethod
    def is_redirect(cls, code):
        return int(code // 100 == 3)

    @classmethod
    def is_client_error(cls, code):
        return int(code // 100 == 4)

    @classmethod
    def is_server_error(cls, code):
        return int(code // 100 == 5)
