"""Takes /users/ and /Users for /users."""

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
        path = path.lower().rstrip("/") or "/"
        for route in self.routes:
            if (route.method, route.path) == (method, path):
                raise ValueError(f"{method} {path} is already registered")
        self.routes.append(Route(method, path, handler))

    def list_routes(self):
        for route in self.routes:
            name = getattr(route.handler, "__name__", type(route.handler).__name__)
            print(f"{route.method} {route.path} -> {name}")
