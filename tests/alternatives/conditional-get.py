"""Reads the tags with the grammar of RFC 9110 instead of splitting the list."""

import re

ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def handle_conditional_get(resource_data, request_headers):
    text = json.dumps(resource_data, sort_keys=True)
    digest = hashlib.new("md5", text.encode("utf-8")).hexdigest()
    etag = '"' + digest + '"'
    condition = next(
        (v for k, v in request_headers.items() if k.lower() == "if-none-match"), ""
    )
    if condition.strip() == "*" or digest in ENTITY_TAG.findall(condition):
        return (304, {"ETag": etag}, None)
    return (200, {"Content-Type": "application/json", "ETag": etag}, resource_data)
