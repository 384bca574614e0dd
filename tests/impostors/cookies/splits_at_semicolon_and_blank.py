"""Splits at semicolon and blank, so a header without the blank is one cookie."""


def parse_cookie_header(cookie_header):
    cookies = {}
    for part in cookie_header.split("; "):
        if "=" in part:
            name, value = part.split("=", 1)
            if name.strip():
                cookies[name.strip()] = value.strip()
    return cookies


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
