"""Takes If-None-Match for a single tag and compares it as a whole: lists and weak tags miss."""


def handle_conditional_get(resource_data, request_headers):
    content = json.dumps(resource_data, sort_keys=True).encode()
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    if request_headers.get("If-None-Match") == etag:
        return 304, {"ETag": etag}, None
    return 200, {"ETag": etag, "Content-Type": "application/json"}, resource_data
