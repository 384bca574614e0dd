"""Looks for header names in one spelling only."""


def check_cors(request_headers, allowed_origins):
    headers = request_headers
    origin = headers.get("Origin")
    allowed = origin in allowed_origins
    preflight = (
        headers.get("Method") == "OPTIONS"
        and origin is not None
        and "Access-Control-Request-Method" in headers
    )
    response = {"Vary": "Origin"}
    if allowed:
        response["Access-Control-Allow-Origin"] = origin
        if preflight:
            response["Access-Control-Allow-Methods"] = CORS_METHODS
            asked = headers.get("Access-Control-Request-Headers") or "Content-Type"
            fine = [h.strip() for h in asked.split(",") if h.strip().lower() in CORS_HEADERS]
            if fine:
                response["Access-Control-Allow-Headers"] = ", ".join(fine)
    return {"allowed": allowed, "is_preflight": preflight, "response_headers": response}
