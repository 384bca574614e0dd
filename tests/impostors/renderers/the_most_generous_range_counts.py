"""Of the ranges that match, takes the one with the highest quality."""

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
        qualities = dict(accept_element(each) for each in (accept_header or "*/*").split(","))
        best, best_quality = None, 0
        for mime_type in self.renderers:
            name = mime_type.lower()
            ranges = (name, name.split("/")[0] + "/*", "*/*")
            quality = max(qualities.get(each, 0) for each in ranges)
            if quality > best_quality:
                best, best_quality = mime_type, quality
        if best is None:
            raise NotAcceptable("406 Not Acceptable")
        return best, self.renderers[best](data)
