"""Refuses a body with fields that the schema does not name."""

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
            for name, kind in schema.items():
                if name not in body:
                    return {"status": 400, "body": f"Missing required field: {name}"}
                if type(body[name]) is not kind:
                    return {"status": 400, "body": f"Invalid type for field: {name}"}
            for name in body:
                if name not in schema:
                    return {"status": 400, "body": f"Invalid type for field: {name}"}
            return fn(request)

        return wrapper

    return decorator
