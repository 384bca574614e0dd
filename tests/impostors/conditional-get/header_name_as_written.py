"""Looks the header up as it is mostly written: if-none-match is another key."""


def handle_conditional_get(resource_data, request_headers):
    content = json.dumps(resource_data, sort_keys=True).encode()
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    held = request_headers.get("If-None-Match", "").strip()
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    if held == "*" or etag in tags:
        return 304, {"ETag": etag}, None
    return 200, {"ETag": etag, "Content-Type": "application/json"}, resource_data
