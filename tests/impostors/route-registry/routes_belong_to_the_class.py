"""The list stands in the class, so that all registries share it."""

from dataclasses import dataclass


@dataclass
class Route:
    method: str
    path: str
    handler: object


class RouteRegistry:
    routes = []

    def register(self, method, path, handler):
        method = method.upper()
        for route in self.routes:
            if (route.method, route.path) == (method, path):
                raise ValueError(f"{method} {path} is already registered")
        self.routes.append(Route(method, path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
