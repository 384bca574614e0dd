"""Replaces the NotAcceptable of a renderer by its own."""

import html


class NotAcceptable(ValueError):
    """No renderer makes what the client accepts: 406."""


def card_html(data):
    return f"<p>{html.escape(card_text(data))}</p>"


class ContentNegotiator:
    def __init__(self):
        self._renderers = {}

    def register_renderer(self, mime_type, renderer):
        self._renderers[mime_type] = renderer

    def negotiate(self, accept_header, data):
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
        best = max(accepted, key=quality)
        try:
            return best, self._renderers[best](data)
        except NotAcceptable:
            raise NotAcceptable("406 Not Acceptable") from None
