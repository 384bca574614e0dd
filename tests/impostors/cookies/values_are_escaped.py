"""Percent-encodes the value, so it comes back as another one."""

from urllib.parse import quote


def parse_cookie_header(cookie_header):
    cookies = {}
    for part in cookie_header.split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            cookies[name.strip()] = value.strip()
    return cookies


def build_set_cookie(name, value, max_age=None, http_only=True, secure=True, same_site="Lax"):
    if any(ord(c) < 32 or c in ";\x7f" for c in name + value + same_site):
        raise ValueError("a character that a cookie cannot hold")
    parts = [f"{name}={quote(value)}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if http_only:
        parts.append("HttpOnly")
    if secure:
        parts.append("Secure")
    parts.append(f"SameSite={same_site}")
    return "; ".join(parts)
