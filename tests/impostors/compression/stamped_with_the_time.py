"""Writes a gzip file as usual, with the time in its header: equal texts give different bytes."""

import io


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    weights = {}
    for offer in sent.get("accept-encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        weights[coding.strip()] = float(weight.partition("=")[2] or 1)
    headers = {"Vary": "Accept-Encoding"}
    if weights.get("gzip", weights.get("*", 0)) > 0:
        headers["Content-Encoding"] = "gzip"
        file = io.BytesIO()
        with gzip.GzipFile(fileobj=file, mode="wb") as zipped:
            zipped.write(body_str.encode())
        return file.getvalue(), headers
    return body_str.encode(), headers
