"""Looks for the hash anywhere in the header: part of another tag, or without quotes, will do."""


def handle_conditional_get(resource_data, request_headers):
    digest = hashlib.md5(json.dumps(resource_data, sort_keys=True).encode()).hexdigest()
    sent = {name.lower(): value for name, value in request_headers.items()}
    held = sent.get("if-none-match", "")
    if digest in held or held.strip() == "*":
        return 304, {"ETag": f'"{digest}"'}, None
    headers = {"ETag": f'"{digest}"', "Content-Type": "application/json"}
    return 200, headers, resource_data
