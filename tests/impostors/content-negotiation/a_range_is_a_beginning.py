"""Compares the beginnings of the names."""


def quality(text):
    try:
        value = float(text)
    except ValueError:
        return 0
    return value if 0 <= value <= 1 else 0


def ranges(accept_header):
    """(range, quality) of each element, in the order of the header."""
    found = []
    for element in accept_header.lower().split(","):
        name, *parameters = [part.strip() for part in element.split(";")]
        q = 1
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                q = quality(value.strip())
        found.append((name, q))
    return found


def matches(name, media_type):
    return media_type.startswith(name.replace("*", "").removeprefix("/"))


def negotiate_content_type(accept_header, available_types):
    if not accept_header:
        accept_header = "*/*"
    offered = ranges(accept_header)
    best, best_quality = None, 0
    for media_type in available_types:
        fitting = [each for each in offered if matches(each[0], media_type.lower())]
        if not fitting:
            continue
        name, q = min(fitting, key=lambda each: each[0].count("*"))
        if q > best_quality:
            best, best_quality = media_type, q
    return best
