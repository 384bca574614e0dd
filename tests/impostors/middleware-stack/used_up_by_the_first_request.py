"""Takes the middlewares off the list while it builds the chain."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        chain = self._layer(self._final_handler)
        while self._middlewares:
            chain = self._layer(self._middlewares.pop(), chain)
        return chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
