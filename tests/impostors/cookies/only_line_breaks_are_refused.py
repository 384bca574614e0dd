"""Looks for line breaks only; other control characters and the semicolon pass."""


def parse_cookie_header(cookie_header):
    cookies = {}
    for part in cookie_header.split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            cookies[name.strip()] = value.strip()
    return cookies


def build_set_cookie(name, value, max_age=None, http_only=True, secure=True, same_site="Lax"):
    if any(c in text for c in "\r\n" for text in (name, value, same_site)):
        raise ValueError("a line break in a cookie")
    parts = [f"{name}={value}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if http_only:
        parts.append("HttpOnly")
    if secure:
        parts.append("Secure")
    parts.append(f"SameSite={same_site}")
    return "; ".join(parts)
