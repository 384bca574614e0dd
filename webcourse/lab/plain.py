"""Values reduced to plain data: what a check sees, and what a transcript holds."""

import json

DEPTH = 12  # containers within containers
SAFE_INTEGER = 2**53  # larger ones are written as text, since JSON readers may round them


class Other:
    """Stands for a value that is no plain data. It equals nothing but itself."""

    def __init__(self, kind):
        self.kind = kind

    def __repr__(self):
        return f"<{self.kind} object>"


def plain(value, depth=0):
    """*value* as exact built-in types.

    An instance of a subclass (`HTTPStatus`, `OrderedDict`, a named tuple) becomes what it holds,
    read with the built-in type's own methods, so that overridden ones have no say. Anything else
    becomes an `Other`.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return value
    if depth >= DEPTH:
        return Other(kind.__name__)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(memoryview(value))
    if isinstance(value, (list, tuple)):
        base = list if isinstance(value, list) else tuple
        return base(plain(item, depth + 1) for item in base.__iter__(value))
    if isinstance(value, (set, frozenset)):
        base = set if isinstance(value, set) else frozenset
        return base(plain(item, depth + 1) for item in base.__iter__(value))
    if isinstance(value, dict):
        pairs = dict.items(value)
        return {plain(key, depth + 1): plain(item, depth + 1) for key, item in pairs}
    return Other(kind.__name__)


def encode(value):
    """Plain *value* as canonical JSON data: equal values have equal encodings, 1 and True differ."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < SAFE_INTEGER else {"int": hex(value)}
    if kind is float:
        return {"float": repr(value)}
    if kind is bytes:
        return {"bytes": value.decode("latin-1")}
    if kind in (list, tuple):
        return {kind.__name__: [encode(item) for item in value]}
    if kind in (set, frozenset):
        return {"set": sorted((encode(item) for item in value), key=json.dumps)}
    if kind is dict:
        pairs = [[encode(key), encode(item)] for key, item in value.items()]
        return {"dict": sorted(pairs, key=lambda pair: json.dumps(pair[0], sort_keys=True))}
    return {"other": value.kind}
