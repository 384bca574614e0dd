"""Replaces the factory and keeps the object of the old one."""

import inspect


class DIContainer:
    def __init__(self):
        self._factories = {}
        self._objects = {}
        self._asked = []

    def register(self, name, factory):
        self._factories[name] = factory

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
