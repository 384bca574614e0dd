"""Writes flags as assignments, and SameSite only when it differs from the default."""


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
    cookie = f"{name}={value}"
    if max_age is not None:
        cookie += f"; Max-Age={max_age}"
    cookie += f"; HttpOnly={http_only}; Secure={secure}"
    if same_site != "Lax":
        cookie += f"; SameSite={same_site}"
    return cookie
