"""Makes all reasons once, when the class is written: what joins the table later is not seen."""

ALL_REASONS = [STATUS_REASONS.get(code, "Unknown") for code in range(1000)]


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return ALL_REASONS[code]

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
