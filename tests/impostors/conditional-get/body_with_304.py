"""Changes the status and sends the body and its type all the same."""


def handle_conditional_get(resource_data, request_headers):
    content = json.dumps(resource_data, sort_keys=True).encode()
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "").strip()
    tags = [tag.strip().removeprefix("W/") for tag in held.split(",")]
    status = 304 if held == "*" or etag in tags else 200
    return status, {"ETag": etag, "Content-Type": "application/json"}, resource_data
