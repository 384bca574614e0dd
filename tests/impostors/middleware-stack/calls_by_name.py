"""Calls everybody by the names of parameters that the examples have."""


class MiddlewareStack:
    def __init__(self, final_handler):
        self._final_handler = final_handler
        self._middlewares = []
        self._chain = self._layer(final_handler)

    def use(self, middleware):
        self._middlewares.append(middleware)
        self._chain = self._layer(self._final_handler)
        for each in reversed(self._middlewares):
            self._chain = self._layer(each, next_handler=self._chain)
        return self

    def handle(self, request):
        return self._chain(request)

    @staticmethod
    def _layer(fn, **inner):
        def answer(request):
            response = fn(request=request, **inner)
            if response is None:
                name = getattr(fn, "__name__", type(fn).__name__)
                raise TypeError(f"{name} returned None")
            return response

        return answer
