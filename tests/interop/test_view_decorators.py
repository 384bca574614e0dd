"""The guards of 2.6 behind wsgiref, their headers read by werkzeug, and bodies that were real JSON."""

import http.client
import inspect
import json
import pickle
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import parse_set_header

SECONDS = 5
SCALE = settings(max_examples=150, deadline=None)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed"}

# What a JSON text begins with, and the type that a schema would ask for.
FIRST_LETTERS = {'"': str, "[": list, "{": dict, "t": bool, "f": bool, "n": type(None)}


@pytest.fixture(scope="module")
def names(answer):
    return answer("view-decorators")


def fine(request):
    """Answers everything with 200."""
    return {"status": 200, "body": "fine"}


# ------------------------------------------------------------------ behind a server


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server(names):
    """The view behind all three guards, as a WSGI app."""
    schema = {"name": str, "age": int}
    guarded = names["require_methods"]("POST", "PUT")(names["validate_json_body"](schema)(fine))
    view = names["require_auth"](guarded)

    def app(environ, start_response):
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        request = {"method": environ["REQUEST_METHOD"], "user": environ.get("HTTP_X_USER")}
        answer = view(request | ({"body": json.loads(sent)} if sent else {}))
        headers = {"Content-Type": "text/plain"} | answer.get("headers", {})
        status = answer["status"]
        start_response(f"{status} {REASONS[status]}", list(headers.items()))
        return [answer["body"].encode()]

    with make_server("127.0.0.1", 0, app, handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(SECONDS)


def ask(server, method, user=None, body=None):
    client = http.client.HTTPConnection(*server.server_address, timeout=SECONDS)
    client.request(method, "/", body, {"X-User": user} if user else {})
    response = client.getresponse()
    text = response.read().decode()
    client.close()
    return response, text


@pytest.mark.parametrize("body, status, text", [
    ('{"name": "Bob", "age": 30}', 200, "fine"),
    ('{"name": "Bob", "age": 30, "admin": true}', 200, "fine"),
    ('{"name": "Bob", "age": true}', 400, "Invalid type for field: age"),
    ('{"name": "Bob", "age": 30.0}', 400, "Invalid type for field: age"),
    ('{"name": null, "age": 30}', 400, "Invalid type for field: name"),
    ('{"name": "Bob"}', 400, "Missing required field: age"),
    ("{}", 400, "Missing required field: name"),
    ("null", 400, "Body must be a JSON object"),
    ('["name", "age"]', 400, "Body must be a JSON object"),
    ('"name, age"', 400, "Body must be a JSON object"),
    (None, 400, "Body must be a JSON object"),
])
def test_a_client_that_is_logged_in(server, body, status, text):
    response, said = ask(server, "POST", "Alice", body)
    assert (response.status, said) == (status, text)


def test_a_stranger_is_told_how_to_log_in(server):
    for method in ("GET", "POST"):
        response, said = ask(server, method)
        assert (response.status, said) == (401, "Authentication required")
        challenge = WWWAuthenticate.from_header(response.getheader("WWW-Authenticate"))
        assert (challenge.type, challenge.realm) == ("bearer", "api")


def test_another_method_is_told_what_would_work(server):
    response, said = ask(server, "DELETE", "Alice")
    assert (response.status, said) == (405, "Method not allowed")
    assert parse_set_header(response.getheader("Allow")).as_set() == {"post", "put"}


# ------------------------------------------------------------------ werkzeug


@SCALE
@given(
    st.lists(st.sampled_from(METHODS), min_size=1, unique=True), st.sampled_from(METHODS),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_werkzeug_would_allow_the_same(names, allowed, method, spelled):
    view = names["require_methods"](*map(spelled, allowed))(fine)
    answer = view({"method": spelled(method)})
    assert (answer["status"] == 200) == (method in allowed)
    if answer["status"] == 405:
        theirs = dict(MethodNotAllowed(allowed).get_headers())["Allow"]
        ours = answer["headers"]["Allow"]
        assert parse_set_header(ours).as_set() == parse_set_header(theirs).as_set()
        assert ours == ours.upper()


# ------------------------------------------------------------------ JSON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def json_kind(text):
    """The type of a JSON text, from its letters."""
    number = float if set(text) & set(".eEIN") else int
    return FIRST_LETTERS.get(text[0], number)


@SCALE
@given(
    st.dictionaries(st.sampled_from("abcd"), json_values),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from([str, int, float, bool, list, dict])),
)
def test_the_first_problem_in_the_order_of_the_schema(names, sent, schema):
    """The expected answer comes from the JSON text of each value, not from Python's types."""
    body = json.loads(json.dumps(sent))
    expected = "fine"
    for name, kind in schema.items():
        if name not in sent:
            expected = f"Missing required field: {name}"
        elif json_kind(json.dumps(sent[name])) is not kind:
            expected = f"Invalid type for field: {name}"
        if expected != "fine":
            break
    before = pickle.dumps(body)
    answer = names["validate_json_body"](schema)(fine)({"body": body})
    assert answer["body"] == expected
    assert answer["status"] == (200 if expected == "fine" else 400)
    assert pickle.dumps(body) == before


@SCALE
@given(json_values.filter(lambda value: not isinstance(value, dict)))
def test_only_an_object_is_an_object(names, sent):
    answer = names["validate_json_body"]({"a": str})(fine)({"body": json.loads(json.dumps(sent))})
    assert answer == {"status": 400, "body": "Body must be a JSON object"}


# ------------------------------------------------------------------ tools that look at functions


def test_tools_see_the_view_through_the_guards(names):
    """inspect follows __wrapped__, as documentation tools and frameworks do."""
    guarded = names["require_methods"]("GET")(names["validate_json_body"]({})(fine))
    view = names["require_auth"](guarded)
    assert inspect.unwrap(view) is fine
    assert list(inspect.signature(view).parameters) == ["request"]
    assert inspect.getdoc(view) == "Answers everything with 200."
    assert (view.__name__, view.__module__) == ("fine", __name__)
