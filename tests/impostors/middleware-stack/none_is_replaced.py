"""Takes the response of what is further in where a middleware returns None."""


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
            responses = []
            kept = [lambda r: responses.append(inner[0](r)) or responses[-1]] if inner else []
            response = fn(request, *kept)
            return responses[-1] if response is None and responses else response

        return answer
