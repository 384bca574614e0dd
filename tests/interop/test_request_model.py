"""The model on whatever JSON can hold, against a plain table, and behind Starlette as a 422."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from .asgi_conformance import in_virtual_time

NAMES = {}
MESSAGES = {
    "name": "Name cannot be empty",
    "email": "Invalid email address",
    "age": "Age must be between 0 and 150",
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
ADDRESS = st.text("ab@ \n\u00a0", max_size=6).filter(lambda text: text.count("@") < 2)
LIKELY = {
    "name": JSON | st.sampled_from(["Alice", " ", "\u2003"]),
    "email": JSON.filter(lambda v: not isinstance(v, str) or v.count("@") < 2) | ADDRESS,
    "age": JSON | st.integers(-2, 152),
}


@pytest.fixture(autouse=True, scope="module")
def names(answer):
    NAMES.update(answer("request-model"))
    return NAMES


def right(field, value):
    """The table of the statement, asked field by field."""
    if field == "age":
        return isinstance(value, int) and not isinstance(value, bool) and -1 < value < 151
    if not isinstance(value, str):
        return False
    sides = value.split("@") if field == "email" else [value, value]
    return len(sides) == 2 and not any(side == "" or side.isspace() for side in sides)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries(LIKELY))
def test_validate_is_the_table(body):
    fine, found = NAMES["UserCreateRequest"](**body).validate()
    wrong = {field: MESSAGES[field] for field in body if not right(field, body[field])}
    clean = {f: v.strip() if isinstance(v, str) else v for f, v in body.items()}
    assert (fine, found) == ((False, wrong) if wrong else (True, clean))


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries(LIKELY))
def test_an_answer_can_be_validated_again(body):
    fine, found = NAMES["UserCreateRequest"](**body).validate()
    if fine:
        assert NAMES["UserCreateRequest"](**found).validate() == (True, found)
    json.dumps(found)


async def create_user(request):
    fine, found = NAMES["UserCreateRequest"](**await request.json()).validate()
    return JSONResponse(found, 201 if fine else 422)


@pytest.mark.parametrize(
    "body, status, expected",
    [
        (
            b'{"name": " Alice ", "email": "alice@example.com", "age": 0}',
            201,
            {"name": "Alice", "email": "alice@example.com", "age": 0},
        ),
        (b'{"name": 123, "email": ["@"], "age": true}', 422, MESSAGES),
        (b'{"name": "\\ud800", "email": "a@b", "age": NaN}', 422, {"age": MESSAGES["age"]}),
        (
            b'{"name": null, "email": "a@b", "age": 1e400}',
            422,
            {k: MESSAGES[k] for k in ("name", "age")},
        ),
    ],
)
def test_behind_starlette(body, status, expected):
    app = Starlette(routes=[Route("/users", create_user, methods=["POST"])])

    async def visit():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            reply = await client.post("/users", content=body)
            return reply.status_code, reply.json()

    assert in_virtual_time(visit) == (status, expected)
