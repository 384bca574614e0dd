"""Remembers the choice for a header, so that renderers registered later do not count for it."""

import html


class NotAcceptable(ValueError):
    """No renderer makes what the client accepts: 406."""


def card_html(data):
    return f"<p>{html.escape(card_text(data))}</p>"


class ContentNegotiator:
    def __init__(self):
        self._renderers, self._chosen = {}, {}

    def register_renderer(self, mime_type, renderer):
        self._renderers[mime_type] = renderer

    def negotiate(self, accept_header, data):
        if accept_header in self._chosen:
            best = self._chosen[accept_header]
            return best, self._renderers[best](data)
        elements = (accept_header or "*/*").split(",")
        qualities = dict(map(accept_element, elements))

        def quality(mime_type):
            exact = mime_type.lower()
            major, _, _ = exact.partition("/")
            ranges = exact, f"{major}/*", "*/*"
            return next((qualities[r] for r in ranges if r in qualities), 0)

        accepted = [each for each in self._renderers if quality(each)]
        if not accepted:
            raise NotAcceptable("406 Not Acceptable")
        best = self._chosen[accept_header] = max(accepted, key=quality)
        return best, self._renderers[best](data)
