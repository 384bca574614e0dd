"""Parts fields at ; as well, as HTML 4 recommended."""

import re


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in re.split("[&;]", raw.removeprefix("?")) if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self.values = {}
        for part in parts:
            key, _, value = part.partition("=")
            self.values.setdefault(unquote_plus(key), []).append(unquote_plus(value))

    def get(self, key, default=None):
        return self.values.get(key, [default])[0]

    def get_list(self, key):
        return list(self.values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self.values.items()}
