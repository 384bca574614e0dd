"""Fills one dict for each route, so that the next match changes the answer before."""

import re


class Router:
    def __init__(self):
        self.routes = []
        self.types = {
            "": ("[^/]+", str),
            ":str": ("[^/]+", str),
            ":int": ("[0-9]+", int),
            ":float": (r"[0-9]+\.[0-9]+", float),
            ":path": (".+", str),
        }

    def register(self, method, pattern, handler):
        regex, converters = "", {}
        for piece in re.split(r"(\{.*?\})", pattern):
            if not piece.startswith("{"):
                regex += re.escape(piece)
                continue
            name, colon, kind = piece[1:-1].partition(":")
            if name in converters or colon + kind not in self.types:
                raise ValueError(f"{piece} cannot stand in {pattern}")
            fitting, converters[name] = self.types[colon + kind]
            regex += f"(?P<{name}>{fitting})"
        compiled = re.compile(regex, re.DOTALL)
        self.routes.append((method.upper(), compiled, converters, handler, {}))

    def match(self, method, path):
        for registered, regex, converters, handler, params in self.routes:
            found = regex.fullmatch(path)
            if found and registered == method.upper():
                for name, convert in converters.items():
                    params[name] = convert(found[name])
                return handler, params
        return None, {}
