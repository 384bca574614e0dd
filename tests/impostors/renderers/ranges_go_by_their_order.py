"""Serves the first range of the header that anything matches, and does not look at q."""

import html


class NotAcceptable(ValueError):
    pass


def card_html(data):
    return f"<p>{html.escape(card_text(data))}</p>"


class ContentNegotiator:
    def __init__(self):
        self.renderers = {}

    def register_renderer(self, mime_type, renderer):
        self.renderers[mime_type] = renderer

    def negotiate(self, accept_header, data):
        for element in (accept_header or "*/*").split(","):
            media_range = element.split(";")[0].strip().lower()
            for mime_type, renderer in self.renderers.items():
                name = mime_type.lower()
                if media_range in (name, name.split("/")[0] + "/*", "*/*"):
                    return mime_type, renderer(data)
        raise NotAcceptable("406 Not Acceptable")
