"""Says 422 Unprocessable Entity, its name before RFC 9110."""


class HTTPStatus:
    reasons = STATUS_REASONS | {422: "Unprocessable Entity"}

    @classmethod
    def reason(cls, code):
        return cls.reasons.get(code, "Unknown")

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
