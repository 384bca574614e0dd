"""Falls back to the safest strategy, so a typo is never noticed."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    return {"Cache-Control": STRATEGIES.get(strategy, "no-store")}
