"""Answers None for a default such as 0 or the empty text."""


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self._values = {}
        for part in parts:
            key, _, value = part.partition("=")
            values = self._values.setdefault(unquote_plus(key), [])
            values.append(unquote_plus(value))

    def get(self, key, default=None):
        if key in self._values:
            return self._values[key][0]
        return default or None

    def get_list(self, key):
        return list(self._values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self._values.items()}
