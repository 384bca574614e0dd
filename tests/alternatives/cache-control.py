"""A match statement, with directives in another order and the seconds worked out."""


def build_cache_headers(strategy):
    match strategy:
        case "no-cache":
            parts = ["must-revalidate", "no-cache"]
        case "no-store":
            parts = ["no-store"]
        case "public-immutable":
            parts = ["immutable", f"max-age={365 * 24 * 60 * 60}", "public"]
        case "private-short":
            parts = [f"max-age={5 * 60}", "private"]
        case "revalidate":
            parts = ["must-revalidate", f"max-age={60 * 60}", "public"]
        case _:
            raise ValueError(f"{strategy!r} is not one of the five strategies")
    return {"Cache-Control": ",".join(parts)}
