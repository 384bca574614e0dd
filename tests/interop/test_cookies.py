"""The cookie exercise against the standard library, werkzeug and a client's cookie jar."""

from http.cookies import SimpleCookie

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.http import parse_cookie as werkzeug_parse

from webcourse import lab

TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
names = st.text(TOKEN, min_size=1, max_size=8).filter(lambda text: text.lower() not in RESERVED)
# cookie-octet of RFC 6265, 4.1.1: printable ASCII without the blank, '"', ',', ';' and '\\'
values = st.text([chr(c) for c in range(0x21, 0x7F) if chr(c) not in '",;\\'], max_size=20)
RESERVED = {"expires", "path", "comment", "domain", "secure", "httponly", "version", "samesite"}


@pytest.fixture(scope="module")
def cookies(answer):
    return answer("cookies")


@settings(max_examples=100, deadline=None)
@given(
    name=names, value=values, max_age=st.none() | st.integers(0, 10**6),
    flags=st.tuples(st.booleans(), st.booleans()), same_site=st.sampled_from(["Strict", "Lax", "None"]),
)
def test_the_standard_library_reads_what_we_write(cookies, name, value, max_age, flags, same_site):
    written = cookies["build_set_cookie"](name, value, max_age, *flags, same_site)
    [(read_name, morsel)] = SimpleCookie(written).items()
    assert (read_name, morsel.value) == (name, value)
    assert morsel["max-age"] == ("" if max_age is None else str(max_age))
    assert (bool(morsel["httponly"]), bool(morsel["secure"])) == flags
    assert morsel["samesite"] == same_site


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(names, values, max_size=5))
def test_werkzeug_and_we_read_the_same_header_alike(cookies, pairs):
    header = "; ".join(f"{name}={value}" for name, value in pairs.items())
    assert cookies["parse_cookie_header"](header) == pairs == werkzeug_parse(header).to_dict()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=10), st.text(max_size=10))
def test_whatever_is_not_refused_stays_one_header_with_one_pair(cookies, name, value):
    try:
        written = cookies["build_set_cookie"](name, value)
    except ValueError:
        assert any(ord(c) < 32 or c in ";\x7f" for c in name + value)
    else:
        assert written.split("; ")[-3:] == ["HttpOnly", "Secure", "SameSite=Lax"]
        assert written.count(";") == 3
        assert "\r" not in written
        assert "\n" not in written


def shop(cookies, **terms):
    """A WSGI app: sets a cookie at /login, deletes it at /logout, and shows what came elsewhere."""

    def app(environ, start_response):
        build, headers = cookies["build_set_cookie"], [("Content-Type", "application/json")]
        if environ["PATH_INFO"] == "/login":
            headers.append(("Set-Cookie", build("session", "abc=123", 3600, **terms)))
            headers.append(("Set-Cookie", build("theme", "dark", **terms)))
        if environ["PATH_INFO"] == "/logout":
            headers.append(("Set-Cookie", build("session", "", 0, **terms)))
        start_response("200 OK", headers)
        shown = cookies["parse_cookie_header"](environ.get("HTTP_COOKIE", ""))
        return [repr(sorted(shown.items())).encode()]

    return app


def test_a_jar_keeps_our_cookies_and_shows_them_to_a_real_server(cookies):
    with lab.serve(shop(cookies, secure=False)) as url, httpx.Client(base_url=url, timeout=10) as client:
        assert client.get("/cart").text == "[]"
        client.get("/login")
        assert client.get("/cart").text == "[('session', 'abc=123'), ('theme', 'dark')]"
        client.get("/logout")  # Max-Age=0
        assert client.get("/cart").text == "[('theme', 'dark')]"


def test_a_secure_cookie_is_shown_over_https_only(cookies):
    transport = httpx.WSGITransport(app=shop(cookies, secure=True))
    with httpx.Client(transport=transport) as client:
        client.get("https://shop.example.com/login")
        assert client.get("http://shop.example.com/cart").text == "[]"
        assert "abc=123" in client.get("https://shop.example.com/cart").text
