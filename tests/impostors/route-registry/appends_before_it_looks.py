"""Appends first and raises afterwards, so that the duplicate stays."""

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
        self.routes.append(Route(method, path, handler))
        if [(route.method, route.path) for route in self.routes].count((method, path)) > 1:
            raise ValueError(f"{method} {path} is already registered")

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
