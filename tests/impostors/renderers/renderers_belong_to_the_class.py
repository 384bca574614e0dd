"""Keeps the renderers in the class, where all negotiators share them."""

import html


class NotAcceptable(ValueError):
    pass


def card_html(data):
    return f"<p>{html.escape(card_text(data))}</p>"


class ContentNegotiator:
    renderers = {}

    def register_renderer(self, mime_type, renderer):
        self.renderers[mime_type] = renderer

    def negotiate(self, accept_header, data):
        qualities = dict(accept_element(each) for each in (accept_header or "*/*").split(","))
        best, best_quality = None, 0
        for mime_type in self.renderers:
            name = mime_type.lower()
            for media_range in (name, name.split("/")[0] + "/*", "*/*"):
                if media_range in qualities:
                    quality = qualities[media_range]
                    break
            else:
                quality = 0
            if quality > best_quality:
                best, best_quality = mime_type, quality
        if best is None:
            raise NotAcceptable("406 Not Acceptable")
        return best, self.renderers[best](data)
