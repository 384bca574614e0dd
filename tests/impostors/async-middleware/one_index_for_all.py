"""Counts layers up and down in one index: a request that overlaps another skips all, auth too."""

def apply_middleware(handler, middlewares):
    ms = list(middlewares)
    state = {"i": 0}
    async def nxt(request):
        if state["i"] == len(ms):
            return await handler(request)
        m = ms[state["i"]]
        state["i"] += 1
        try:
            return await m(nxt, request)
        finally:
            state["i"] -= 1
    return nxt
