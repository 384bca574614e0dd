"""Keeps the middleware in a default, and not what is inside it."""


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
            inner = chain
            chain = lambda r, m=middleware: self._layer(m, inner)(r)
        return chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
