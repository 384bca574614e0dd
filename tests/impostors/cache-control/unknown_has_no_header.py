"""Takes an unknown name for no wish, which lets every cache guess."""

STRATEGIES = {
    "no-cache": "no-cache, must-revalidate",
    "no-store": "no-store",
    "public-immutable": "public, max-age=31536000, immutable",
    "private-short": "private, max-age=300",
    "revalidate": "public, max-age=3600, must-revalidate",
}


def build_cache_headers(strategy):
    if strategy not in STRATEGIES:
        return {}
    return {"Cache-Control": STRATEGIES[strategy]}
