"""Walks over one iterator a request, so that a second call finds it used up."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        middlewares = iter([*self._middlewares])

        def next_handler(request):
            fn, *inner = next(middlewares, self._final_handler), next_handler
            if fn is self._final_handler:
                inner = []
            return self._layer(fn, *inner)(request)

        return next_handler(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
