"""Counts the position in the list in one variable, which overlapping requests and second tries share."""


def apply_middleware(handler, middlewares):
    middlewares = [*middlewares]
    position = -1

    async def chained(request):
        nonlocal position
        position += 1
        try:
            if position == len(middlewares):
                return await handler(request)
            return await middlewares[position](chained, request)
        finally:
            position -= 1

    return chained
