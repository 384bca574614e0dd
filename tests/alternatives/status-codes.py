"""The table is asked without a default, and the classes are first letters, made by one function."""


def beginning_with(digit):
    """A method that says whether a code begins with *digit*."""
    return classmethod(lambda cls, code: str(code).startswith(str(digit)))


class HTTPStatus:
    @classmethod
    def reason(cls, code):
        try:
            return STATUS_REASONS[code]
        except KeyError:
            return "Unknown"

    @classmethod
    def line(cls, code):
        return " ".join([str(code), cls.reason(code)])

    is_success = beginning_with(2)
    is_redirect = beginning_with(3)
    is_client_error = beginning_with(4)
    is_server_error = beginning_with(5)
