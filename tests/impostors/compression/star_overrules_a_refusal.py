"""Asks for * also when gzip was named and refused."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    weights = {}
    for offer in sent.get("accept-encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        weights[coding.strip()] = float(weight.partition("=")[2] or 1)
    headers = {"Vary": "Accept-Encoding"}
    if weights.get("gzip") or weights.get("*"):
        headers["Content-Encoding"] = "gzip"
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), headers
