"""Case-insensitive headers by email.message, guard clauses, and lower-case names granted."""

from email.message import Message


def check_cors(request_headers, allowed_origins):
    request = Message()
    for name, text in request_headers.items():
        request[name] = text
    origin = request["Origin"]
    answer = {"Vary": "Origin"}
    asks_first = request["Method"] == "OPTIONS" and "Access-Control-Request-Method" in request
    verdict = {
        "response_headers": answer,
        "is_preflight": asks_first and origin is not None,
        "allowed": any(origin == each for each in allowed_origins),
    }
    if not verdict["allowed"]:
        return verdict
    answer["Access-Control-Allow-Origin"] = origin
    if not verdict["is_preflight"]:
        return verdict
    answer["Access-Control-Allow-Methods"] = CORS_METHODS
    asked = request.get("Access-Control-Request-Headers", "").strip()
    wanted = {each.strip().casefold() for each in asked.split(",")} if asked else {"content-type"}
    if grants := CORS_HEADERS & wanted:
        answer["Access-Control-Allow-Headers"] = ", ".join(sorted(grants))
    return verdict
