"""The dicts stand in the class, so that all containers share them."""

import inspect


class DIContainer:
    _factories = {}
    _objects = {}
    _asked = []

    def register(self, name, factory):
        self._factories[name] = factory
        self._objects.pop(name, None)

    def get(self, name):
        if name in self._objects:
            return self._objects[name]
        if name in self._asked:
            way_round = " -> ".join([*self._asked, name])
            raise RuntimeError(f"a cycle of factories: {way_round}")
        factory = self._factories[name]
        self._asked.append(name)
        try:
            self._objects[name] = self.inject(factory)
        finally:
            self._asked.pop()
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
