"""Reads the names generously: case and blanks do not count."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    strategy = strategy.strip().lower()
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}")
    return {"Cache-Control": STRATEGIES[strategy]}
