"""Success is below 300, and from 400 on everything is a client error."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return code < 300

    @classmethod
    def is_redirect(cls, code):
        return 300 <= code < 400

    @classmethod
    def is_client_error(cls, code):
        return code >= 400

    @classmethod
    def is_server_error(cls, code):
        return code >= 500
