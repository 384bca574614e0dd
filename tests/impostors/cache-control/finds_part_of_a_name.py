"""Looks for the first strategy that begins like the name given."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    for name, directives in STRATEGIES.items():
        if name.startswith(strategy):
            return {"Cache-Control": directives}
    raise ValueError(f"unknown strategy {strategy!r}")
