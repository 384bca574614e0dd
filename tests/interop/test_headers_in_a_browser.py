"""Cookies, Cache-Control and CORS in a real browser, which is who these headers speak to."""

import contextlib
import shutil

import pytest

from webcourse import lab

from .test_cors import request_headers

sync_api = pytest.importorskip("playwright.sync_api")
PAGE = ("200 OK", [("Content-Type", "text/html"), ("Cache-Control", "no-store")], b"<title>page</title>")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        installed = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            chromium = playwright.chromium.launch(
                executable_path=installed, args=["--no-sandbox"], timeout=30_000
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium here: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser):
    """`visit(url)`: a page of a fresh browser profile."""
    with contextlib.ExitStack() as stack:

        def open_page(url):
            context = browser.new_context()
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.goto(url)
            return page

        yield open_page


def serve_pages():
    """A server whose pages are empty: an origin for scripts to come from."""

    def app(environ, start_response):
        status, headers, body = PAGE
        start_response(status, headers)
        return [body]

    return lab.serve(app)


# ------------------------------------------------------------------ CORS

FETCH = """([url, options]) => fetch(url, options).then(r => r.text()).catch(() => "blocked")"""


JSON_BODY = {"method": "POST", "body": "{}", "headers": {"Content-Type": "application/json"}}
OUR_HEADERS = {"headers": {"X-Request-ID": "7", "Authorization": "Bearer x"}}
OTHER_HEADER = {"headers": {"X-Request-ID": "7", "X-Admin": "1"}}


@pytest.mark.parametrize("who, options, expected", [
    ("app", {}, ("secret", ["GET"])),
    ("evil", {}, ("blocked", ["GET"])),  # executed all the same: CORS does not protect the server
    ("app", {"method": "DELETE"}, ("secret", ["OPTIONS", "DELETE"])),
    ("evil", {"method": "DELETE"}, ("blocked", ["OPTIONS"])),
    ("app", {"method": "PATCH"}, ("blocked", ["OPTIONS"])),  # not among our methods
    ("app", JSON_BODY, ("secret", ["OPTIONS", "POST"])),
    ("app", OUR_HEADERS, ("secret", ["OPTIONS", "GET"])),
    ("app", OTHER_HEADER, ("blocked", ["OPTIONS"])),
    ("app", {"credentials": "include"}, ("blocked", ["GET"])),  # needs Allow-Credentials
])
def test_a_browser_obeys_check_cors(answer, visit, who, options, expected):
    check_cors, reached, allowed = answer("cors")["check_cors"], [], []

    def api(environ, start_response):
        reached.append(environ["REQUEST_METHOD"])
        verdict = check_cors(request_headers(environ), allowed)
        start_response("200 OK", [("Content-Type", "text/plain"), *verdict["response_headers"].items()])
        return [b"secret"]

    with serve_pages() as app, serve_pages() as evil, lab.serve(api) as url:
        allowed.append(app)  # another port is another origin
        page = visit({"app": app, "evil": evil}[who])
        assert (page.evaluate(FETCH, [url + "/me", options]), reached) == expected


# ------------------------------------------------------------------ Cache-Control


@pytest.mark.parametrize(
    "strategy", ["no-cache", "no-store", "public-immutable", "private-short", "revalidate"]
)
def test_a_browser_caches_as_our_model_says(answer, visit, strategy):
    names = answer("cache-control")
    headers = names["build_cache_headers"](strategy)
    questions = []  # for each request: did it ask whether its copy is still current?

    async def app(scope, receive, send):  # HTTP/1.1, since Chromium ignores an ETag of HTTP/1.0
        assert scope["type"] == "http"
        status, sent, body = 200, [(b"content-type", b"text/html"), (b"cache-control", b"no-store")], b""
        if scope["path"] == "/item":
            questions.append(b"if-none-match" in dict(scope["headers"]))
            status, body = (304, b"") if questions[-1] else (200, b"item")
            sent = [(b"etag", b'"1"')] + [(n.lower().encode(), v.encode()) for n, v in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    with lab.serve(app) as url:
        page = visit(url)
        assert [page.evaluate(FETCH, [url + "/item", {}]) for _ in range(2)] == ["item", "item"]
    expected = {"reuse": [False], "ask": [False, True], "fetch": [False, False]}
    assert questions == expected[names["cache_decision"](headers, age=0)]


# ------------------------------------------------------------------ cookies


def test_a_browser_keeps_what_build_set_cookie_writes(answer, visit):
    names = answer("cookies")
    build, shown = names["build_set_cookie"], []

    def app(environ, start_response):
        shown.append(names["parse_cookie_header"](environ.get("HTTP_COOKIE", "")))
        start_response("200 OK", [
            ("Content-Type", "text/html"),
            ("Set-Cookie", build("session", "abc=123", 3600, secure=False)),
            ("Set-Cookie", build("theme", "dark", http_only=False, secure=False)),
            ("Set-Cookie", build("gone", "1", max_age=0, secure=False)),
            ("Set-Cookie", build("guest", "true", secure=False, same_site="None")),
        ])
        return [b"<title>page</title>"]

    with lab.serve(app) as url:
        page = visit(url)
        del shown[:]  # the browser may have asked for a favicon by now
        page.goto(url + "/again")
        assert shown[0] == {"session": "abc=123", "theme": "dark"}  # SameSite=None needs Secure
        assert page.evaluate("document.cookie") == "theme=dark"  # HttpOnly
