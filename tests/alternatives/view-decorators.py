"""One decorator made from a function that finds a refusal; the schema by isinstance, but for bool."""

import functools
from collections.abc import Mapping


def _refusal(status, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": status, "body": body} | ({"headers": named} if named else {})


def _guard(find_refusal):
    def decorator(fn):
        def view(request):
            return find_refusal(request) or fn(request)

        return functools.update_wrapper(view, fn)

    return decorator


@_guard
def require_auth(request):
    if not request.get("user"):
        challenge = 'Bearer realm="api"'
        return _refusal(401, "Authentication required", WWW_Authenticate=challenge)


def require_methods(*methods):
    allowed = frozenset(method.upper() for method in methods)

    def find_refusal(request):
        if request.get("method", "GET").upper() not in allowed:
            return _refusal(405, "Method not allowed", Allow=",".join(sorted(allowed)))

    return _guard(find_refusal)


def _fits(value, kind):
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def validate_json_body(schema):
    def find_refusal(request):
        body = request.get("body")
        if not isinstance(body, Mapping):
            return _refusal(400, "Body must be a JSON object")
        missing = object()
        for name, kind in schema.items():
            value = body.get(name, missing)
            if value is missing:
                return _refusal(400, "Missing required field: " + name)
            if not _fits(value, kind):
                return _refusal(400, "Invalid type for field: " + name)

    return _guard(find_refusal)
