"""Looks for an equal Route, so that another handler is no duplicate."""

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
        route = Route(method.upper(), path, handler)
        if route in self.routes:
            raise ValueError(f"{route.method} {path} is already registered")
        self.routes.append(route)

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
