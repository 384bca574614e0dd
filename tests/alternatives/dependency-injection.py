"""One table of entries, in which a name moves from its factory over its makers to its object."""

import inspect

SPREAD = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


class DIContainer:
    def __init__(self):
        self._recipes, self._shelf = {}, {}

    def register(self, name, factory):
        self._recipes = {**self._recipes, name: factory}
        self._shelf = {kept: thing for kept, thing in self._shelf.items() if kept != name}

    def get(self, name):
        return self._make(name, ())

    def inject(self, fn):
        return self._call(fn, ())

    def _make(self, name, way):
        if name in way:
            raise RuntimeError("nobody can begin: " + " -> ".join(way[way.index(name) :] + (name,)))
        if name not in self._recipes:
            raise KeyError(f"nothing is registered as {name}")
        if name not in self._shelf:
            thing = self._call(self._recipes[name], (*way, name))
            self._shelf[name] = thing
        return self._shelf[name]

    def _call(self, fn, way):
        by_position, by_name = [], {}
        for name, wanted in inspect.signature(fn).parameters.items():
            if wanted.kind in SPREAD:
                continue
            thing = wanted.default
            if thing is inspect.Parameter.empty or name in self._recipes:
                thing = self._make(name, way)
            if wanted.kind is inspect.Parameter.KEYWORD_ONLY:
                by_name[name] = thing
            else:
                by_position.append(thing)
        return fn(*by_position, **by_name)
