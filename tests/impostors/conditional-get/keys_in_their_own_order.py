"""Hashes the keys in the order they came in: the same record gets another tag."""


def handle_conditional_get(resource_data, request_headers):
    etag = f'"{hashlib.md5(json.dumps(resource_data).encode()).hexdigest()}"'
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "").strip()
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    if held == "*" or etag in tags:
        return 304, {"ETag": etag}, None
    return 200, {"ETag": etag, "Content-Type": "application/json"}, resource_data
