"""Takes gzip only without a weight: a lower preference counts as a refusal."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    codings = [offer.strip() for offer in sent.get("accept-encoding", "").split(",")]
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in codings or "*" in codings and "gzip;q=0" not in codings:
        headers["Content-Encoding"] = "gzip"
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), headers
