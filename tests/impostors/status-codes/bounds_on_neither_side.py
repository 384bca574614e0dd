"""Leaves out the first code of each class."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return 200 < code < 300

    @classmethod
    def is_redirect(cls, code):
        return 300 < code < 400

    @classmethod
    def is_client_error(cls, code):
        return 400 < code < 500

    @classmethod
    def is_server_error(cls, code):
        return 500 < code < 600
