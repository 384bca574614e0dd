"""Methods of an object: somebody has to make an HTTPStatus() first."""


class HTTPStatus:
    def reason(self, code):
        return STATUS_REASONS.get(code, "Unknown")

    def line(self, code):
        return f"{code} {self.reason(code)}"

    def is_success(self, code):
        return code // 100 == 2

    def is_redirect(self, code):
        return code // 100 == 3

    def is_client_error(self, code):
        return code // 100 == 4

    def is_server_error(self, code):
        return code // 100 == 5
