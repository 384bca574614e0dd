"""A dict from the address to its route, which remembers the order; the list is made on demand."""

from typing import Any, NamedTuple


class Route(NamedTuple):
    method: str
    path: str
    handler: Any

    def __str__(self):
        named = self.handler if hasattr(self.handler, "__name__") else type(self.handler)
        return f"{self.method} {self.path} -> {named.__name__}"


class RouteRegistry:
    def __init__(self):
        self._by_address = {}

    @property
    def routes(self):
        return list(self._by_address.values())

    def register(self, method, path, handler):
        route = Route(method.upper(), path, handler)
        if self._by_address.setdefault(route[:2], route) is not route:
            raise ValueError(f"two handlers for {route.method} {path}")

    def list_routes(self):
        if self._by_address:
            print(*self._by_address.values(), sep="\n")
