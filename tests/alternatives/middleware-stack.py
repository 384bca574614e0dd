"""A tuple of layers, which a request takes along and calls by position."""

import functools


def name_of(fn):
    return getattr(fn, "__name__", None) or type(fn).__name__


class MiddlewareStack:
    def __init__(self, final_handler):
        self._layers = (lambda request, _: final_handler(request),)
        self._names = (name_of(final_handler),)

    def use(self, middleware):
        *before, last = self._layers
        self._layers = (*before, middleware, last)
        self._names = (*self._names[:-1], name_of(middleware), self._names[-1])
        return self

    def handle(self, request):
        return self._from(self._layers, self._names, request)

    def _from(self, layers, names, request):
        further_in = functools.partial(self._from, layers[1:], names[1:])
        response = layers[0](request, further_in)
        if response is not None:
            return response
        raise TypeError(f"{names[0]} forgot to return its response")
