"""Knows weight 0 only as the text q=0: 0.0 and 0.000 count as welcome."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    accepted = {}
    for offer in sent.get("accept-encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        accepted[coding.strip()] = weight.strip() != "q=0"
    headers = {"Vary": "Accept-Encoding"}
    if accepted.get("gzip", accepted.get("*")):
        headers["Content-Encoding"] = "gzip"
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), headers
