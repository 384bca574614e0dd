"""Compares the beginning of the origin."""


def check_cors(request_headers, allowed_origins):
    headers = {name.lower(): value for name, value in request_headers.items()}
    origin = headers.get("origin")
    allowed = any((origin or '').startswith(o) for o in allowed_origins)
    preflight = (
        headers.get("method") == "OPTIONS"
        and origin is not None
        and "access-control-request-method" in headers
    )
    response = {"Vary": "Origin"}
    if allowed:
        response["Access-Control-Allow-Origin"] = origin
        if preflight:
            response["Access-Control-Allow-Methods"] = CORS_METHODS
            asked = headers.get("access-control-request-headers") or "Content-Type"
            fine = [h.strip() for h in asked.split(",") if h.strip().lower() in CORS_HEADERS]
            if fine:
                response["Access-Control-Allow-Headers"] = ", ".join(fine)
    return {"allowed": allowed, "is_preflight": preflight, "response_headers": response}
