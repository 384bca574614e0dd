"""The envelope against exact arithmetic, JSON, HTTP and a client that pages."""

import json
import math
from fractions import Fraction
from http import HTTPStatus

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

json_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def names(answer):
    return answer("response-envelope")


@settings(max_examples=200, deadline=None)
@given(total=st.integers(0, 2**80), page_size=st.integers(1, 2**40))
def test_pages_are_the_exact_ceiling(names, total, page_size):
    pages = names["PaginationMeta"](total, 1, page_size).pages
    assert type(pages) is int
    assert pages == math.ceil(Fraction(total, page_size))
    assert (pages - 1) * page_size < total <= pages * page_size


@settings(max_examples=100, deadline=None)
@given(data=json_data, message=st.text(), code=st.integers(400, 599), page=st.integers(1, 99))
def test_every_kind_survives_json(names, data, message, code, page):
    response = names["APIResponse"]
    for made, expected in (
        (response.ok(data), {"success": True, "data": data, "error": None}),
        (
            response.fail(message, code),
            {"success": False, "data": None, "error": {"message": message, "code": code}},
        ),
        (
            response.paginated([data], 10, page, 3),
            {
                "success": True,
                "data": [data],
                "error": None,
                "meta": {"total": 10, "page": page, "pages": 4},
            },
        ),
    ):
        assert made.to_dict() == expected
        assert json.loads(json.dumps(made.to_dict())) == expected


@settings(max_examples=30, deadline=None)
@given(total=st.integers(0, 60), page_size=st.integers(1, 12))
def test_a_client_that_asks_for_all_pages_sees_every_item_once(names, total, page_size):
    def ask(page):
        items = list(range(total))[(page - 1) * page_size : page * page_size]
        return names["APIResponse"].paginated(items, total, page, page_size).to_dict()

    first = ask(1)
    rest = [ask(page) for page in range(2, first["meta"]["pages"] + 1)]
    assert [item for answer in (first, *rest) for item in answer["data"]] == list(range(total))
    assert all(answer["data"] for answer in rest)  # no page is asked for in vain


def test_it_travels_over_http_with_its_status(names):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/users/1":
            status, answer = HTTPStatus.OK, names["APIResponse"].ok({"id": 1, "name": "Zoë"})
        else:
            status, answer = HTTPStatus.NOT_FOUND, names["APIResponse"].fail("Not found", 404)
        body = json.dumps(answer.to_dict()).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {status.phrase}", headers)
        return [body]

    with lab.serve(app) as url, httpx.Client(base_url=url) as client:
        assert client.get("/users/1").json()["data"] == {"id": 1, "name": "Zoë"}
        missing = client.get("/users/2")
        assert missing.status_code == missing.json()["error"]["code"] == 404


def test_the_class_is_generic_for_typing(names):
    response = names["APIResponse"]
    assert response[int].__origin__ is response
    assert response[int].__args__ == (int,)
    assert response[int].ok(1) == response.ok(1)
