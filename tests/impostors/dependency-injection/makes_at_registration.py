"""Makes each object when its factory is registered."""

import inspect


class DIContainer:
    def __init__(self):
        self._factories = {}
        self._objects = {}
        self._asked = []

    def register(self, name, factory):
        self._factories[name] = factory
        self._objects[name] = self.inject(factory)

    def get(self, name):
        return self._objects[name]

    def inject(self, fn):
        args, kwargs = [], {}
        for name, parameter in inspect.signature(fn).parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if name in self._factories or parameter.default is parameter.empty:
                value = self.get(name)
            else:
                value = parameter.default
            if parameter.kind is parameter.POSITIONAL_ONLY:
                args.append(value)
            else:
                kwargs[name] = value
        return fn(*args, **kwargs)
