"""Looks up in a defaultdict, which keeps what it is asked for."""

from collections import defaultdict


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self.values = defaultdict(list)
        for part in parts:
            key, _, value = part.partition("=")
            self.values[unquote_plus(key)].append(unquote_plus(value))

    def get(self, key, default=None):
        values = self.values[key]
        return values[0] if values else default

    def get_list(self, key):
        return list(self.values[key])

    def all(self):
        return {key: list(values) for key, values in self.values.items()}
