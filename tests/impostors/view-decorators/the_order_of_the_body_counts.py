"""Looks at the fields that came, in their order, and then for those that did not come."""

import functools


def require_auth(fn):
    @functools.wraps(fn)
    def wrapper(request):
        if not request.get("user"):
            return {
                "status": 401,
                "body": "Authentication required",
                "headers": {"WWW-Authenticate": 'Bearer realm="api"'},
            }
        return fn(request)

    return wrapper


def require_methods(*methods):
    allowed = {method.upper() for method in methods}

    def decorator(fn):
        @functools.wraps(fn)
        def wrapper(request):
            if request.get("method", "GET").upper() not in allowed:
                return {
                    "status": 405,
                    "body": "Method not allowed",
                    "headers": {"Allow": ", ".join(sorted(allowed))},
                }
            return fn(request)

        return wrapper

    return decorator


def validate_json_body(schema):
    def decorator(fn):
        @functools.wraps(fn)
        def wrapper(request):
            body = request.get("body")
            if not isinstance(body, dict):
                return {"status": 400, "body": "Body must be a JSON object"}
            for name, value in body.items():
                if name in schema and type(value) is not schema[name]:
                    return {"status": 400, "body": f"Invalid type for field: {name}"}
            for name in schema:
                if name not in body:
                    return {"status": 400, "body": f"Missing required field: {name}"}
            return fn(request)

        return wrapper

    return decorator
