"""Keeps the name of the handler in the route, not the handler."""

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
        for route in self.routes:
            if (route.method, route.path) == (method, path):
                raise ValueError(f"{method} {path} is already registered")
        name = getattr(handler, "__name__", type(handler).__name__)
        self.routes.append(Route(method, path, name))

    def list_routes(self):
        for route in self.routes:
            print(f"{route.method} {route.path} -> {route.handler}")
