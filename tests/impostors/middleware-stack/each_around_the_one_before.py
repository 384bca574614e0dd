"""Wraps the chain at each use, so that what was used last is outermost."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._chain = self._layer(final_handler)

    def use(self, middleware):
        self._chain = self._layer(middleware, self._chain)
        return self

    def handle(self, request):
        return self._chain(request)

    def _layer(self, fn, *inner):
        def answer(request):
            response = fn(request, *inner)
            if response is None:
                raise TypeError(f"{fn!r} returned None")
            return response

        return answer
