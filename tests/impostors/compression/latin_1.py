"""Encodes the text in latin-1, as headers are: the first other letter raises."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    weights = {}
    for offer in sent.get("accept-encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        weights[coding.strip()] = float(weight.partition("=")[2] or 1)
    body, headers = body_str.encode("latin-1"), {"Vary": "Accept-Encoding"}
    if weights.get("gzip", weights.get("*", 0)) > 0:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, mtime=0)
    return body, headers
