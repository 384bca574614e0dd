"""Hands back the match of a regular expression, or None."""

import re


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        return STATUS_REASONS.get(code, "Unknown")

    @classmethod
    def line(cls, code):
        return f"{code} {cls.reason(code)}"

    @classmethod
    def is_success(cls, code):
        return re.fullmatch(r"2\d\d", str(code))

    @classmethod
    def is_redirect(cls, code):
        return re.fullmatch(r"3\d\d", str(code))

    @classmethod
    def is_client_error(cls, code):
        return re.fullmatch(r"4\d\d", str(code))

    @classmethod
    def is_server_error(cls, code):
        return re.fullmatch(r"5\d\d", str(code))
