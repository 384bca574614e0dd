"""Believes that no-cache means: do not keep this."""

STRATEGIES = {
    "no-cache": "no-store, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}")
    return {"Cache-Control": STRATEGIES[strategy]}
