"""Hands out finished header dicts, the same ones each time."""

STRATEGIES = {
    "no-cache": {"Cache-Control": "no-cache, must-revalidate"},
    "no-store": {"Cache-Control": "no-store"},
    "public-immutable": {"Cache-Control": "public, max-age=31536000, immutable"},
    "private-short": {"Cache-Control": "private, max-age=300"},
    "revalidate": {"Cache-Control": "public, max-age=3600, must-revalidate"},
}


def build_cache_headers(strategy):
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}")
    return STRATEGIES[strategy]
