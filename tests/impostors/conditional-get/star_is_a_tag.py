"""Takes * for a tag, which never equals the current one."""


def handle_conditional_get(resource_data, request_headers):
    content = json.dumps(resource_data, sort_keys=True).encode()
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "").split(",")
    if etag in [tag.strip().removeprefix("W/") for tag in held]:
        return 304, {"ETag": etag}, None
    return 200, {"ETag": etag, "Content-Type": "application/json"}, resource_data
