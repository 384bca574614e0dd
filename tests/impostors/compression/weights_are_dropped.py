"""Cuts the weight off and forgets it: a client that refuses gzip with q=0 gets gzip."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    offers = sent.get("accept-encoding", "").split(",")
    codings = {offer.partition(";")[0].strip() for offer in offers}
    headers = {"Vary": "Accept-Encoding"}
    if codings & {"gzip", "*"}:
        headers["Content-Encoding"] = "gzip"
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), headers
