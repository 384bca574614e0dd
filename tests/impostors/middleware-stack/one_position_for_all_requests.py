"""Keeps the position in the stack, so that a request inside another moves it."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        self._position = 0
        return self._next(request)

    def _next(self, request):
        position = self._position
        if position == len(self._middlewares):
            return self._layer(self._final_handler)(request)

        def inner(request):
            self._position = position + 1
            return self._next(request)

        return self._layer(self._middlewares[position], inner)(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
