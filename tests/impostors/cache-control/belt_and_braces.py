"""Adds the headers of HTTP/1.0 for old caches."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}")
    headers = {"Cache-Control": STRATEGIES[strategy]}
    if strategy in ("no-cache", "no-store"):
        headers |= {"Pragma": "no-cache", "Expires": "0"}
    return headers
