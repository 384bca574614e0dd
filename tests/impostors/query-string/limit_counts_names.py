"""Counts different names, so a name that is repeated is free."""


class QueryString:
    def __init__(self, raw=""):
        self.values = {}
        for part in raw.removeprefix("?").split("&"):
            if part:
                key, _, value = part.partition("=")
                self.values.setdefault(unquote_plus(key), []).append(unquote_plus(value))
        if len(self.values) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")

    def get(self, key, default=None):
        return self.values.get(key, [default])[0]

    def get_list(self, key):
        return list(self.values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self.values.items()}
