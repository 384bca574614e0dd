"""Knows a class by a list of its codes, so a new code belongs to none."""


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return code in (200, 201, 204)

    @classmethod
    def is_redirect(cls, code):
        return code in (301, 302, 304)

    @classmethod
    def is_client_error(cls, code):
        return code in (400, 401, 403, 404, 405, 422, 429)

    @classmethod
    def is_server_error(cls, code):
        return code in (500, 502, 503)
