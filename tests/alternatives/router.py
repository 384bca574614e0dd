"""Compares segment by segment, with a small function for each type and no regular expression."""


def read_text(segment):
    return segment or None


def read_int(segment):
    return int(segment) if segment.isascii() and segment.isdigit() else None


def read_float(segment):
    halves = segment.split(".")
    is_number = len(halves) == 2 and all(half.isascii() and half.isdigit() for half in halves)
    return float(segment) if is_number else None


READERS = {"str": read_text, "int": read_int, "float": read_float, "path": read_text}


class Route:
    """A pattern, as a list of (name or literal text, type or None)."""

    def __init__(self, pattern, handler):
        self.handler = handler
        self.steps = [self.step(segment) for segment in pattern.split("/")]
        names = [text for text, kind in self.steps if kind]
        if len(names) != len(set(names)):
            raise ValueError(f"a name stands twice in {pattern}")

    @staticmethod
    def step(segment):
        if not (segment.startswith("{") and segment.endswith("}")):
            return segment, None
        name, colon, kind = segment[1:-1].partition(":")
        kind = kind if colon else "str"
        if kind not in READERS:
            raise ValueError(f"unknown type {kind}")
        return name, kind

    def parameters(self, path):
        """The parameters in *path*, or None if it does not fit."""
        splits = len(self.steps) - 1 if self.steps[-1][1] == "path" else -1
        segments, found = path.split("/", splits), {}
        if len(segments) != len(self.steps):
            return None
        for segment, (text, kind) in zip(segments, self.steps):
            if kind is None and segment != text:
                return None
            if kind:
                found[text] = READERS[kind](segment)
        return None if None in found.values() else found


class Router:
    def __init__(self):
        self.by_method = {}

    def register(self, method, pattern, handler):
        self.by_method.setdefault(method.casefold(), []).append(Route(pattern, handler))

    def match(self, method, path):
        for route in self.by_method.get(method.casefold(), []):
            found = route.parameters(path)
            if found is not None:
                return route.handler, found
        return None, {}
