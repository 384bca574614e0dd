"""Looks at the last response only, and blames the outermost layer."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []

    def use(self, middleware):
        self._middlewares.append(middleware)
        return self

    def handle(self, request):
        chain = self._final_handler
        for middleware in reversed(self._middlewares):
            chain = self._layer(middleware, chain)
        response = chain(request)
        if response is None:
            raise TypeError(f"{[*self._middlewares, self._final_handler][0]!r} returned None")
        return response

    def _layer(self, fn, inner):
        return lambda request: fn(request, inner)
