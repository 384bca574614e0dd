"""Calls what is further in itself where a middleware did not."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        chain = self._layer(self._final_handler)
        for middleware in reversed(self._middlewares):
            chain = self._layer(middleware, chain)
        return chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            called = []
            kept = [lambda r: called.append(r) or inner[0](r)] if inner else []
            response = fn(request, *kept)
            if inner and not called:
                response = inner[0](request)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
