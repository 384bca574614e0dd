"""Sends Vary with the gzipped variant only, as the original problem had it."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    weights = {}
    for offer in sent.get("accept-encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        weights[coding.strip()] = float(weight.partition("=")[2] or 1)
    if weights.get("gzip", weights.get("*", 0)) > 0:
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), {}
