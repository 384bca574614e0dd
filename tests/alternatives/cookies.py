"""One regular expression reads the pairs, and a table of conditions is filtered."""

import re
import unicodedata

PAIR = re.compile(r"(?:^|;)[ \t]*(?P<name>[^=;]*[^=; \t])[ \t]*=(?P<value>[^;]*)")


def parse_cookie_header(cookie_header):
    return {m["name"]: m["value"].strip(" \t") for m in PAIR.finditer(cookie_header)}


def build_set_cookie(name, value, max_age=None, http_only=True, secure=True, same_site="Lax"):
    text = name + value + same_site
    if ";" in text or any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("a cookie cannot hold a semicolon or a control character")
    conditions = {
        f"{name}={value}": True,
        f"Max-Age={max_age}": max_age is not None,
        "HttpOnly": http_only,
        "Secure": secure,
        f"SameSite={same_site}": True,
    }
    return "; ".join(text for text, wanted in conditions.items() if wanted)
