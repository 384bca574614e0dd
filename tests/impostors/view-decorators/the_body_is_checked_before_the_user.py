"""Collects the checks of a stack and runs them from the view outwards: the body before the user."""

import functools


def add_check(fn, check):
    """*fn* with one more check, after those that it has already."""
    checks = [*getattr(fn, "checks", []), check]
    view = getattr(fn, "view", fn)

    @functools.wraps(fn)
    def wrapper(request):
        for each in checks:
            refusal = each(request)
            if refusal:
                return refusal
        return view(request)

    wrapper.checks, wrapper.view = checks, view
    return wrapper


def require_auth(fn):
    def check(request):
        if not request.get("user"):
            return {
                "status": 401,
                "body": "Authentication required",
                "headers": {"WWW-Authenticate": 'Bearer realm="api"'},
            }

    return add_check(fn, check)


def require_methods(*methods):
    allowed = {method.upper() for method in methods}

    def check(request):
        if request.get("method", "GET").upper() not in allowed:
            return {
                "status": 405,
                "body": "Method not allowed",
                "headers": {"Allow": ", ".join(sorted(allowed))},
            }

    return lambda fn: add_check(fn, check)


def validate_json_body(schema):
    def check(request):
        body = request.get("body")
        if not isinstance(body, dict):
            return {"status": 400, "body": "Body must be a JSON object"}
        for name, kind in schema.items():
            if name not in body:
                return {"status": 400, "body": f"Missing required field: {name}"}
            if type(body[name]) is not kind:
                return {"status": 400, "body": f"Invalid type for field: {name}"}

    return lambda fn: add_check(fn, check)
