"""Takes a path that is there already for a duplicate, whatever the method."""

from dataclasses import dataclass


@dataclass
class Route:
    method: str
    path: str
    handler: object


class RouteRegistry:
    def __init__(self):
        self.routes = []

    def register(self, method, path, handler):
        method = method.upper()
        if path in [route.path for route in self.routes]:
            raise ValueError(f"{method} {path} is already registered")
        self.routes.append(Route(method, path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
