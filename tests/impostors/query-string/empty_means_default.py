"""get answers the default for an empty value."""


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self.values = {}
        for part in parts:
            key, _, value = part.partition("=")
            self.values.setdefault(unquote_plus(key), []).append(unquote_plus(value))

    def get(self, key, default=None):
        values = self.values.get(key)
        return (values and values[0]) or default

    def get_list(self, key):
        return list(self.values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self.values.items()}
