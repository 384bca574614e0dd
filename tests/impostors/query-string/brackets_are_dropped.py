"""Takes tags[] for tags, as PHP does."""


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self._values = {}
        for part in parts:
            key, _, value = part.partition("=")
            values = self._values.setdefault(unquote_plus(key).removesuffix("[]"), [])
            values.append(unquote_plus(value))

    def get(self, key, default=None):
        return self._values.get(key, [default])[0]

    def get_list(self, key):
        return list(self._values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self._values.items()}
