"""The registry against a dict, and as the source of Starlette's routes, names and schema."""

import contextlib
import functools
import io

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route as StarletteRoute
from starlette.schemas import SchemaGenerator

from .asgi_conformance import in_virtual_time

NAMES = {}
ADDRESSES = st.tuples(
    st.sampled_from(["get", "GET", "Post", "POST", "delete"]),
    st.sampled_from(["/", "/users", "/Users", "/users/", "/users/{id}"]) | st.text(max_size=5),
)


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("route-registry"))
    return NAMES


async def list_users(request):
    return PlainTextResponse(f"list {request.method}")


class Users:
    async def one(self, request):
        return PlainTextResponse(f"one {request.path_params['id']}")

    async def __call__(self, scope, receive, send):
        await PlainTextResponse("object")(scope, receive, send)


def listed(registry):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        registry.list_routes()
    return out.getvalue().splitlines()


@pytest.fixture
def registry():
    table = NAMES["RouteRegistry"]()
    table.register("get", "/users", list_users)
    table.register("POST", "/users", list_users)
    table.register("GET", "/users/{id}", Users().one)
    table.register("GET", "/object", Users())
    table.register("GET", "/partial", functools.partial(list_users))
    return table


def starlette_routes(registry):
    return [StarletteRoute(r.path, r.handler, methods=[r.method]) for r in registry.routes]


@settings(max_examples=200, deadline=None)
@given(st.lists(ADDRESSES, max_size=12))
def test_the_registry_is_a_dict_that_refuses(addresses):
    registry, model = NAMES["RouteRegistry"](), {}
    for number, (method, path) in enumerate(addresses):
        if (method.upper(), path) in model:
            with pytest.raises(ValueError):
                registry.register(method, path, number)
        else:
            model[method.upper(), path] = number
            registry.register(method, path, number)
    found = [(r.method, r.path, r.handler) for r in registry.routes]
    assert found == [(*address, handler) for address, handler in model.items()]


def test_the_names_are_those_of_starlette(registry):
    expected = [
        f"{ours.method} {ours.path} -> {theirs.name}"
        for ours, theirs in zip(registry.routes, starlette_routes(registry), strict=True)
    ]
    assert listed(registry) == expected
    assert listed(registry)[2:] == [
        "GET /users/{id} -> one", "GET /object -> Users", "GET /partial -> partial"
    ]  # fmt: skip


def test_starlettes_schema_has_the_functions_of_the_table(registry):
    endpoints = SchemaGenerator({}).get_endpoints(starlette_routes(registry))
    found = [(each.http_method.upper(), each.path, each.func) for each in endpoints]
    assert found == [(r.method, r.path, r.handler) for r in registry.routes[:3]]


def test_every_listed_address_answers(registry):
    app = Starlette(routes=starlette_routes(registry))

    async def visit():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            replies = [
                await client.request(r.method, r.path.replace("{id}", "7")) for r in registry.routes
            ]
            return [(reply.status_code, reply.text) for reply in replies]

    assert in_virtual_time(visit) == [
        (200, "list GET"), (200, "list POST"), (200, "one 7"), (200, "object"), (200, "list GET"),
    ]  # fmt: skip


def test_starlette_accepts_what_the_registry_refuses(registry):
    """The text says so: of two routes with one address, the first one answers."""
    doubled = [*starlette_routes(registry), StarletteRoute("/users", Users().one, methods=["GET"])]

    async def visit():
        transport = httpx.ASGITransport(Starlette(routes=doubled))
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            return (await client.get("/users")).text

    assert in_virtual_time(visit) == "list GET"
