"""Counts the lifetimes in milliseconds."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000000, immutable",
    "private-short": "private, max-age=300000",
    "revalidate": "public, max-age=3600000, must-revalidate",
}


def build_cache_headers(strategy):
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}")
    return {"Cache-Control": STRATEGIES[strategy]}
