"""The router against starlette's, on random routes and paths, and behind real servers."""

import json

import httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

from webcourse import lab

METHODS = ["GET", "POST", "PUT"]
LITERALS = ["a", "A", "users", "v1.0", "c++", "x*", "(a)", "a|b", "[a]", "$", "^", "\\d", "a b", "100%", "\u00e9"]
PARAMETERS = ["{p}", "{p:str}", "{p:int}", "{p:float}"]
VALUES = [*LITERALS, "42", "007", "-1", "1.5", "1.5.2", "1e3", "\u0664\u0662", "4_2", "", "{p}"]


def numbered(segments):
    """A pattern from its segments, with a number at each name to make them different."""
    return "/" + "/".join(s.replace("{p", f"{{p{n}") for n, s in enumerate(segments))


patterns = st.builds(
    lambda segments, rest: numbered(segments + rest),
    st.lists(st.sampled_from(LITERALS[:6] * 2 + LITERALS + PARAMETERS * 4), min_size=1, max_size=3),
    st.sampled_from([[], [], [], ["{p:path}"]]),
)
routes = st.lists(st.tuples(st.sampled_from(METHODS), patterns), min_size=1, max_size=5)


@st.composite
def questions(draw):
    """Routes, a method and a path that is likely to fit one of them."""
    table = draw(routes)
    method, pattern = draw(st.sampled_from(table))
    segments = []
    for segment in pattern.split("/")[1:]:
        kind = segment.strip("{}").partition(":")[2] if segment.startswith("{") else "literal"
        likely = {"literal": [segment], "int": ["42", "7"], "float": ["1.5", "0.25"], "path": ["a/b", "c"]}
        other = draw(st.integers(0, 7)) == 0
        segments.append(draw(st.sampled_from(VALUES if other else likely.get(kind, VALUES))))
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(METHODS))
    return table, method, "/" + "/".join(segments)


def ours(router, table):
    made = router()
    for number, (method, pattern) in enumerate(table):
        made.register(method, pattern, number)
    return made


def starlettes(table, method, path):
    """(number of the route, parameters), as starlette's routes find them in order."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    for number, (registered, pattern) in enumerate(table):
        match, child = Route(pattern, lambda request: None, methods=[registered]).matches(scope)
        if match is Match.FULL:
            return number, child["path_params"]
    return None, {}


@pytest.fixture(scope="module")
def router(answer):
    return answer("router")["Router"]


def differs_by_design(table, path):
    """Starlette's float takes whole numbers, and its path may be empty."""
    kinds = " ".join(pattern for _, pattern in table)
    whole = any(segment.isascii() and segment.isdigit() for segment in path.split("/"))
    return (":float}" in kinds and whole) or (":path}" in kinds and path.endswith("/"))


def test_starlette_finds_the_same_route_and_parameters(router):
    found = {"fits": 0, "does not": 0}

    @settings(max_examples=250, deadline=None)
    @given(questions())
    def ask(question):
        table, method, path = question
        assume(not differs_by_design(table, path))
        answer, theirs = ours(router, table).match(method, path), starlettes(table, method, path)
        assert answer == theirs
        assert [type(value) for value in answer[1].values()] == [type(v) for v in theirs[1].values()]
        found["does not" if answer == (None, {}) else "fits"] += 1

    ask()
    assert min(found.values()) > 25  # the questions were worth asking


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_characters="{}/"), min_size=1), st.text(max_size=20))
def test_any_literal_fits_itself_alone(router, literal, other):
    made = ours(router, [("GET", f"/{literal}"), ("GET", "/x/{rest:path}")])
    assert made.match("GET", f"/{literal}") == (0, {})
    assert made.match("GET", f"/x/{other}") == ((1, {"rest": other}) if other else (None, {}))
    assert made.match("GET", f"/{literal}{other}") == ((None, {}) if other else (0, {}))


@pytest.mark.parametrize("path", ["/users/42\n", "/users/42"])
def test_starlette_forgives_a_line_break_at_the_end(router, path):
    table = [("GET", "/users/{id:int}")]
    assert starlettes(table, "GET", path) == (0, {"id": 42})
    assert ours(router, table).match("GET", path) == ((None, {}) if "\n" in path else (0, {"id": 42}))


def test_a_number_with_too_many_digits_is_a_value_error_in_both(router):
    table, path = [("GET", "/users/{id:int}")], "/users/" + "9" * 5000
    with pytest.raises(ValueError):
        ours(router, table).match("GET", path)
    with pytest.raises(ValueError):
        starlettes(table, "GET", path)


@pytest.mark.parametrize("pattern", ["/{id:number}", "/{id:INT}", "/{id}/{id}"])
def test_starlette_refuses_the_same_patterns(router, pattern):
    with pytest.raises(ValueError):
        router().register("GET", pattern, "handler")
    with pytest.raises((AssertionError, ValueError)):
        Route(pattern, lambda request: None)


TABLE = [
    ("GET", "/users"), ("POST", "/users"), ("GET", "/users/me"), ("GET", "/users/{id:int}"),
    ("GET", "/tags/{tag}"), ("GET", "/files/{name:path}"), ("DELETE", "/v1.0/{word}/c++"),
]  # fmt: skip
ASKED = [
    ("GET", "/users"), ("POST", "/users"), ("PUT", "/users"), ("GET", "/users/me"), ("GET", "/users/42"),
    ("GET", "/users/4%32"), ("GET", "/users/abc"), ("DELETE", "/users/42"), ("GET", "/tags/a%20b"),
    ("GET", "/tags/a%2Fb"), ("GET", "/tags/100%25"), ("GET", "/tags/%2541"), ("GET", "/tags/Z%C3%BCrich"),
    ("GET", "/files/a%2Fb"), ("GET", "/files/a/b"), ("DELETE", "/v1.0/x/c++"), ("DELETE", "/v1X0/x/c"),
]  # fmt: skip


def our_app(made):
    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise RuntimeError("http only")
        handler, params = made.match(scope["method"], scope["path"])
        methods = dict.fromkeys(method for method, _ in TABLE)
        allowed = [method for method in methods if made.match(method, scope["path"]) != (None, {})]
        status = 200 if handler is not None else 405 if allowed else 404
        headers = [(b"allow", ", ".join(allowed).encode())] if status == 405 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps([handler, params]).encode()})

    return app


def starlette_app():
    def endpoint(number):
        return lambda request: JSONResponse([number, request.path_params])

    made = [Route(path, endpoint(n), methods=[method]) for n, (method, path) in enumerate(TABLE)]
    app = Starlette(routes=made)
    app.router.redirect_slashes = False
    return app


def test_both_answer_alike_behind_a_server(router):
    answers = {}
    for name, app in [("ours", our_app(ours(router, TABLE))), ("starlette", starlette_app())]:
        with lab.serve(app) as url, httpx.Client(base_url=url, timeout=10) as client:
            responses = [client.request(method, path) for method, path in ASKED]
        answers[name] = [(r.status_code, r.status_code == 200 and r.json()) for r in responses]
        allowed = [r.headers["allow"].split(", ") for r in responses if r.status_code == 405]
        assert [methods.count("GET") for methods in allowed] == [1, 1]
    assert answers["ours"] == answers["starlette"]
    assert {status for status, _ in answers["ours"]} == {200, 404, 405}
