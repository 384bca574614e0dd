"""Appends whatever comes."""

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
        self.routes.append(Route(method.upper(), path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
