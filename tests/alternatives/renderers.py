"""Keeps a list of pairs, parses the header with a pattern of its own, and ranks the candidates."""

import re
from fractions import Fraction

Q = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]*)?|1(?:\.0*)?)\s*", re.IGNORECASE)
ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


class NotAcceptable(ValueError):
    def __init__(self, message="406 Not Acceptable"):
        super().__init__(message)


def card_html(data):
    return "".join(["<p>", card_text(data).translate(ESCAPES), "</p>"])


class ContentNegotiator:
    def __init__(self):
        self.renderers = []

    def register_renderer(self, mime_type, renderer):
        self.renderers.append((mime_type, renderer))

    def negotiate(self, accept_header, data):
        ranges = [self._parse(element) for element in (accept_header or "*/*").split(",")]
        found, best = None, 0
        for mime_type, renderer in self.renderers:
            major, minor = mime_type.casefold().split("/")
            matching = [
                (wildcards, quality)
                for (their_major, their_minor), wildcards, quality in ranges
                if their_major in (major, "*") and their_minor in (minor, "*")
            ]
            quality = min(matching)[1] if matching else 0
            if quality > best:
                found, best = (mime_type, renderer), quality
        if found is None:
            raise NotAcceptable
        return found[0], found[1](data)

    @staticmethod
    def _parse(element):
        """The two halves of the range, how many of them are *, and the quality."""
        name, *parameters = element.split(";")
        halves = tuple(name.strip().casefold().split("/"))
        if len(halves) != 2 or (halves[0] == "*" and halves[1] != "*"):
            halves = ("", "")
        quality = Fraction(1)
        for parameter in parameters:
            if parameter.partition("=")[0].strip() in ("q", "Q"):
                well_formed = Q.fullmatch(parameter)
                quality = Fraction(well_formed[1]) if well_formed else Fraction(0)
        return halves, halves.count("*"), quality
