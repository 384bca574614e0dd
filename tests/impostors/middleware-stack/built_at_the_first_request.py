"""Builds the chain at the first request, and never again."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []
        self._chain = None

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        if self._chain is None:
            self._chain = self._layer(self._final_handler)
            for middleware in reversed(self._middlewares):
                self._chain = self._layer(middleware, self._chain)
        return self._chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
