"""Refuses None and the empty text, and lets any other value pass for a user."""

import functools


def require_auth(fn):
    """Ask who is there, before *fn* does anything.

    >>> require_auth(print)({"method": "GET"})["body"]
    'Authentication required'
    """

    @functools.wraps(fn)
    def guarded(request):
        if request.get("user") in (None, ""):
            return {
                "status": 401,
                "body": "Authentication required",
                "headers": {"WWW-Authenticate": 'Bearer realm="api"'},
            }
        return fn(request)

    return guarded


def require_methods(*methods):
    """A decorator that lets requests with these methods through.

    >>> require_methods("POST")(print)({"method": "GET"})["headers"]
    {'Allow': 'POST'}
    """
    allowed = [method.upper() for method in methods]

    def decorator(fn):
        @functools.wraps(fn)
        def guarded(request):
            if request.get("method", "GET").upper() not in allowed:
                return {
                    "status": 405,
                    "body": "Method not allowed",
                    "headers": {"Allow": ", ".join(allowed)},
                }
            return fn(request)

        return guarded

    return decorator


def validate_json_body(schema):
    """A decorator that lets bodies with these fields through.

    >>> validate_json_body({"age": int})(print)({"body": {"age": True}})
    {'status': 400, 'body': 'Invalid type for field: age'}
    """

    def problem(body):
        if not isinstance(body, dict):
            return "Body must be a JSON object"
        for name, kind in schema.items():
            if name not in body:
                return f"Missing required field: {name}"
            if type(body[name]) is not kind:
                return f"Invalid type for field: {name}"
        return None

    def decorator(fn):
        @functools.wraps(fn)
        def guarded(request):
            text = problem(request.get("body"))
            if text is not None:
                return {"status": 400, "body": text}
            return fn(request)

        return guarded

    return decorator
