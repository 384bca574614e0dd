"""A list of pairs, read by the standard library; the answers are collected when they are asked for."""

from urllib.parse import parse_qsl


class QueryString:
    def __init__(self, raw=""):
        text = raw[1:] if raw.startswith("?") else raw
        self.pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=QUERY_MAX_FIELDS)

    def get(self, key, default=None):
        return next((value for name, value in self.pairs if name == key), default)

    def get_list(self, key):
        return [value for name, value in self.pairs if name == key]

    def all(self):
        return {name: self.get_list(name) for name, _ in self.pairs}
