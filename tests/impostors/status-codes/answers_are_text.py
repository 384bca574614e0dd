"""Answers with the texts True and False, which are both true."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return str(code // 100 == 2)

    @classmethod
    def is_redirect(cls, code):
        return str(code // 100 == 3)

    @classmethod
    def is_client_error(cls, code):
        return str(code // 100 == 4)

    @classmethod
    def is_server_error(cls, code):
        return str(code // 100 == 5)
