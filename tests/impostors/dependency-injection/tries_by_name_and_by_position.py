"""Calls by name, and after a TypeError, whoever has raised it, once more by position."""

import inspect


class DIContainer:
    def __init__(self):
        self._factories = {}
        self._objects = {}
        self._asked = []  # the names that are being made, outermost first

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
        call = inspect.signature(fn).bind_partial()
        for parameter in call.signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            is_needed = parameter.default is parameter.empty
            if is_needed or parameter.name in self._factories:
                call.arguments[parameter.name] = self.get(parameter.name)
        call.apply_defaults()
        try:
            return fn(**call.kwargs, **dict(zip(call.arguments, call.args, strict=False)))
        except TypeError:
            return fn(*call.args, **call.kwargs)
