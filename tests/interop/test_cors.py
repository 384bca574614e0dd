"""The CORS exercise behind a real server, with the questions that a browser asks."""

import httpx
import pytest

from webcourse import lab

APP, EVIL = "https://app.example.com", "https://evil.com"


@pytest.fixture(scope="module")
def api(answer):
    """A server that answers everything as check_cors says."""
    check_cors = answer("cors")["check_cors"]

    def app(environ, start_response):
        verdict = check_cors(request_headers(environ), [APP])
        start_response("204 No Content", list(verdict["response_headers"].items()))
        return []

    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client


def request_headers(environ):
    """The headers of a request as check_cors takes them. WSGI has their names in upper case."""
    names = (name for name in environ if name.startswith("HTTP_"))
    headers = {name.removeprefix("HTTP_").replace("_", "-"): environ[name] for name in names}
    return headers | {"Method": environ["REQUEST_METHOD"]}


def cors(response):
    return {name for name in response.headers if name.startswith("access-control-")}


def test_an_allowed_origin_is_named(api):
    response = api.get("/me", headers={"Origin": APP})
    assert response.headers["access-control-allow-origin"] == APP
    assert response.headers["vary"] == "Origin"
    assert cors(response) == {"access-control-allow-origin"}


@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}, {"Origin": "null"}, {"Origin": APP + "/"}])
def test_nobody_else_is(api, headers):
    response = api.get("/me", headers=headers)
    assert not cors(response)
    assert response.headers["vary"] == "Origin"


def test_a_preflight_is_answered(api):
    asks = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,x-admin",
    }
    response = api.options("/me", headers={"Origin": APP} | asks)
    assert response.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE, OPTIONS"
    assert response.headers["access-control-allow-headers"] == "content-type"
    assert not cors(api.options("/me", headers={"Origin": EVIL} | asks))
