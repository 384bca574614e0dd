"""In names, turns + into a space after decoding, so that %2B becomes one as well."""

from urllib.parse import unquote


class QueryString:
    def __init__(self, raw=""):
        parts = [part for part in raw.removeprefix("?").split("&") if part]
        if len(parts) > QUERY_MAX_FIELDS:
            raise ValueError("too many fields")
        self._values = {}
        for part in parts:
            key, _, value = part.partition("=")
            name = unquote(key).replace("+", " ")
            values = self._values.setdefault(name, [])
            values.append(unquote_plus(value))

    def get(self, key, default=None):
        return self._values.get(key, [default])[0]

    def get_list(self, key):
        return list(self._values.get(key, []))

    def all(self):
        return {key: list(values) for key, values in self._values.items()}
