"""Sorts the ranges by quality and serves the first one that any type matches."""


def negotiate_content_type(accept_header, available_types):
    offered = []
    for element in (accept_header or "*/*").lower().split(","):
        name, *parameters = [part.strip() for part in element.split(";")]
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        if 0 < quality <= 1:
            offered.append((quality, name))
    offered.sort(key=lambda each: -each[0])
    for _, name in offered:
        for media_type in available_types:
            major = media_type.lower().partition("/")[0]
            if name in (media_type.lower(), f"{major}/*", "*/*"):
                return media_type
    return None
