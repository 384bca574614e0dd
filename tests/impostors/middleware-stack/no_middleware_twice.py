"""Keeps the middlewares as the keys of a dict."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares = [*dict.fromkeys([*self._middlewares, middleware])]
        return self

    def handle(self, request):
        chain = self._layer(self._final_handler)
        for middleware in reversed(self._middlewares):
            chain = self._layer(middleware, chain)
        return chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
