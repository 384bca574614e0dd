"""Answers a 304 with the tag that the client sent, weak mark, list and all."""


def handle_conditional_get(resource_data, request_headers):
    content = json.dumps(resource_data, sort_keys=True).encode()
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "").strip()
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    if held == "*" or etag in tags:
        return 304, {"ETag": held}, None
    return 200, {"ETag": etag, "Content-Type": "application/json"}, resource_data
