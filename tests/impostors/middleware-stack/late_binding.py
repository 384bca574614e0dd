"""Makes functions in a loop, which look the loop's variables up when they are called."""


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
            inner = chain

            def chain(request):
                response = middleware(request, inner)
                if response is None:
                    raise TypeError(f"{middleware!r} returned None")
                return response

        return chain(request)
