"""Decodes a part before it is split at its equals sign."""


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self.values = {}
        for part in parts:
            key, _, value = unquote_plus(part).partition("=")
            self.values.setdefault(key, []).append(value)

    def get(self, key, default=None):
        return self.values.get(key, [default])[0]

    def get_list(self, key):
        return list(self.values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self.values.items()}
