"""Strips the quotes before it compares, as if they were not part of the tag."""


def handle_conditional_get(resource_data, request_headers):
    digest = hashlib.md5(json.dumps(resource_data, sort_keys=True).encode()).hexdigest()
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "").split(",")
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in held]
    if digest in tags or "*" in tags:
        return 304, {"ETag": f'"{digest}"'}, None
    headers = {"ETag": f'"{digest}"', "Content-Type": "application/json"}
    return 200, headers, resource_data
