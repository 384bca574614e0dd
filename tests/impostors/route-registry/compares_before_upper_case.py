"""Looks for a duplicate before the method is brought into upper case."""

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
        if any(route.method == method and route.path == path for route in self.routes):
            raise ValueError(f"{method.upper()} {path} is already registered")
        self.routes.append(Route(method.upper(), path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
