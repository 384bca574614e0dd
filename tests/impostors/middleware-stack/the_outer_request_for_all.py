"""Hands every layer the request that came in, whatever the layer outside passed on."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        chain = lambda r: self._layer(self._final_handler)(request)
        for middleware in reversed(self._middlewares):
            chain = (lambda m, inner: lambda r: self._layer(m, inner)(request))(middleware, chain)
        return chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
