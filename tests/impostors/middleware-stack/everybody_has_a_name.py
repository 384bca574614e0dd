"""Takes __name__ for granted when it names the culprit."""


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
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn.__name__} returned None")
            return response

        return answer
