"""Sorts the ranges by how specific they are, matches them as patterns, and keeps the best so far."""

from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

RANKS = {(False, False): 0, (False, True): 1, (True, True): 2}  # (type is *, subtype is *)


def _quality(parameters):
    fields = (field.split("=", 1) for field in parameters if "=" in field)
    found = {name.strip(): text.strip() for name, text in fields}
    try:
        quality = Decimal(found.get("q", "1"))
        return quality if 0 <= quality <= 1 else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def _ranges(accept_header):
    for element in accept_header.casefold().split(","):
        name, *parameters = [field.strip() for field in element.split(";")]
        major, _, minor = name.partition("/")
        rank = RANKS.get((major == "*", minor == "*"))
        if rank is not None and minor:
            yield rank, name, _quality(parameters)


def negotiate_content_type(accept_header, available_types):
    if not accept_header:
        return available_types[0] if available_types else None
    ranges = sorted(_ranges(accept_header))
    best, most = None, Decimal(0)
    for media_type in available_types:
        grades = [q for _, name, q in ranges if fnmatchcase(media_type.casefold(), name)]
        if grades and grades[0] > most:
            best, most = media_type, grades[0]
    return best
