"""Unpacks every part into two, so one odd part breaks the whole header."""


def parse_cookie_header(cookie_header):
    if not cookie_header:
        return {}
    pairs = (part.split("=", 1) for part in cookie_header.split(";"))
    return {name.strip(): value.strip() for name, value in pairs}


def build_set_cookie(name, value, max_age=None, http_only=True, secure=True, same_site="Lax"):
    if any(ord(c) < 32 or c in ";\x7f" for c in name + value + same_site):
        raise ValueError("a character that a cookie cannot hold")
    parts = [f"{name}={value}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if http_only:
        parts.append("HttpOnly")
    if secure:
        parts.append("Secure")
    parts.append(f"SameSite={same_site}")
    return "; ".join(parts)
