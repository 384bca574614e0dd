"""Asks the list for the next layer while the request is under way."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        return self._pass(0, request)

    def _pass(self, position, request):
        if position == len(self._middlewares):
            return self._layer(self._final_handler)(request)
        middleware = self._middlewares[position]
        return self._layer(middleware, lambda r: self._pass(position + 1, r))(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
