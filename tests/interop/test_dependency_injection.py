"""The container on random graphs, on real classes, and behind Starlette with a real SQLite file."""

import contextlib
import fractions
import functools
import graphlib
import inspect
import logging
import sqlite3

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from .asgi_conformance import in_virtual_time

NAMES = {}
LETTERS = "abcdef"
GRAPHS = st.dictionaries(
    st.sampled_from(LETTERS), st.lists(st.sampled_from(LETTERS), max_size=3, unique=True)
)


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("dependency-injection"))
    return NAMES


def container():
    return NAMES["DIContainer"]()


def factory(name, needs, made):
    """A function with these parameters, as its signature says."""

    def make(*parts):
        made.append(name)
        return name, parts

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(each, kind) for each in needs]

    def positional(**parts):
        return make(*[parts[each] for each in needs])

    positional.__signature__ = inspect.Signature(parameters)

    def both(*args, **parts):
        return positional(**dict(zip(needs, args, strict=False)), **parts)

    both.__signature__ = positional.__signature__
    return both


def reachable(graph, top):
    """The names under *top*, and whether all of them are known."""
    found, left = set(), [top]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += graph.get(name, [])
    return found


@settings(max_examples=300, deadline=None)
@given(GRAPHS, st.sampled_from(LETTERS))
def test_a_graph_is_made_in_topological_order_or_refused(graph, top):
    made, service = [], container()
    for name, needs in graph.items():
        service.register(name, factory(name, needs, made))
    under = reachable(graph, top)
    part = {name: graph.get(name, []) for name in under}
    try:
        graphlib.TopologicalSorter(part).prepare()
        can_be_made = under <= graph.keys()
    except graphlib.CycleError:
        can_be_made = False
    if not can_be_made:
        with pytest.raises((KeyError, RuntimeError)) as caught:
            service.get(top)
        assert not isinstance(caught.value, RecursionError)
        return
    thing = service.get(top)
    assert service.get(top) is thing
    assert sorted(made) == sorted(under)
    for name, needs in part.items():
        assert all(made.index(need) < made.index(name) for need in needs)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5, unique=True))
def test_a_cycle_is_told_from_where_it_was_asked(names):
    service = container()
    for name, need in zip(names, [*names[1:], names[0]], strict=True):
        service.register(name, factory(name, [need], []))
    with pytest.raises(RuntimeError) as caught:
        service.get(names[0])
    assert " -> ".join([*names, names[0]]) in str(caught.value)


def test_classes_of_the_standard_library():
    service = container()
    service.register("name", lambda: "webcourse")
    service.register("numerator", lambda: 3)
    assert service.inject(logging.Logger).name == "webcourse"
    assert service.inject(fractions.Fraction) == 3
    assert service.inject(functools.partial(fractions.Fraction, denominator=4)) == 0.75
    service.register("log", logging.Logger)
    assert service.get("log") is service.inject(lambda log: log)


def test_one_connection_behind_starlette(tmp_path):
    opened, service = [], container()

    def connect(path):
        opened.append(path)
        return sqlite3.connect(path)

    service.register("path", lambda: str(tmp_path / "users.db"))
    service.register("db", connect)

    def create_user(db, mailer=None):
        db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT)")
        db.execute("INSERT INTO users VALUES ('Alice')")
        (count,) = db.execute("SELECT COUNT(*) FROM users").fetchone()
        return {"users": count, "mailer": mailer}

    async def endpoint(request):
        return JSONResponse(service.inject(create_user), 201)

    app = Starlette(routes=[Route("/users", endpoint, methods=["POST"])])

    async def visit():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            return [(await client.post("/users")).json() for _ in range(5)]

    with contextlib.closing(service.get("db")):
        replies = in_virtual_time(visit)
    assert replies == [{"users": n, "mailer": None} for n in range(1, 6)]
    assert len(opened) == 1
