"""Keeps the method as it comes and writes it in upper case in the list only."""

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
        for route in self.routes:
            if (route.method.upper(), route.path) == (method.upper(), path):
                raise ValueError(f"{method.upper()} {path} is already registered")
        self.routes.append(Route(method, path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method.upper()} {route.path} -> {name}")
