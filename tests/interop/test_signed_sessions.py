"""The sessions exercise against the standard library, openssl, itsdangerous and forgers."""

import base64
import hashlib
import hmac
import json
import shutil
import string
import subprocess
import time
from http.cookies import SimpleCookie

import httpx
import itsdangerous
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

SECRET = "0123456789abcdef0123456789abcdef"
BASE64URL = string.ascii_letters + string.digits + "-_"
DATA = [{"name": "a"}, {"name": "bb"}, {"name": "ccc"}]  # 0, 1 and 2 bytes that base64 would pad

plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=5,
)
sessions = st.dictionaries(st.text(), plain_json, max_size=4)


@pytest.fixture(scope="module")
def store(answer):
    return answer("signed-sessions")["SessionStore"](3600)


@settings(max_examples=150, deadline=None)
@given(data=sessions, secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_session_survives_the_journey(store, data, secret):
    cookie = store.create_session(data, secret)
    assert set(cookie) <= set(BASE64URL + ".")
    assert store.load_session(cookie, secret) == data
    assert store.load_session(cookie, secret + "x") is None


@settings(max_examples=80, deadline=None)
@given(data=sessions)
def test_the_standard_library_comes_to_the_same_cookie(store, data):
    encoded, signature = store.create_session(data, SECRET).split(".")
    digest = hmac.digest(SECRET.encode(), encoded.encode(), "sha256")
    assert base64.b64decode(signature + "=", altchars=b"-_", validate=True) == digest
    padded = encoded + "=" * (-len(encoded) % 4)
    payload = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    assert list(payload) == ["data", "exp"]
    assert payload["data"] == data
    assert 0 <= time.time() + 3600 - payload["exp"] < 60 and isinstance(payload["exp"], int)


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
def test_openssl_signs_in_the_same_way(store):
    encoded, signature = store.create_session({"user_id": 42}, SECRET).split(".")
    command = ["openssl", "dgst", "-sha256", "-binary", "-hmac", SECRET]
    done = subprocess.run(command, input=encoded.encode(), capture_output=True, check=True, timeout=20)
    assert base64.urlsafe_b64encode(done.stdout).decode() == signature + "="


def test_itsdangerous_knows_the_format(store):
    signer = itsdangerous.Signer(SECRET, key_derivation="none", digest_method=hashlib.sha256)
    cookie = store.create_session({"user_id": 42}, SECRET)
    payload = json.loads(itsdangerous.encoding.base64_decode(signer.unsign(cookie)))
    assert payload["data"] == {"user_id": 42}
    theirs = signer.sign(itsdangerous.encoding.base64_encode(json.dumps(payload))).decode()
    assert store.load_session(theirs, SECRET) == {"user_id": 42}
    respelled = cookie + "="  # where the two differ, as the lesson says
    assert signer.unsign(respelled)
    assert store.load_session(respelled, SECRET) is None


# ------------------------------------------------------------------ forgers


@pytest.mark.parametrize("data", DATA)
def test_no_character_may_change(store, data):
    cookie = store.create_session(data, SECRET)
    for place, old in enumerate(cookie):
        for new in set(BASE64URL + "=.+/ \né\ud800") - {old}:
            assert store.load_session(cookie[:place] + new + cookie[place + 1 :], SECRET) is None
    assert store.load_session(cookie, SECRET) == data


@pytest.mark.parametrize("data", DATA)
def test_no_character_may_be_left_out_or_put_in(store, data):
    cookie = store.create_session(data, SECRET)
    for place in range(len(cookie) + 1):
        for new in "A_=. \né":
            assert store.load_session(cookie[:place] + new + cookie[place:], SECRET) is None
    for place in range(len(cookie)):
        assert store.load_session(cookie[:place] + cookie[place + 1 :], SECRET) is None


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 200), cut=st.integers(0, 5), text=st.text(max_size=5))
def test_no_piece_may_be_exchanged(store, place, cut, text):
    cookie = store.create_session({"name": "a"}, SECRET)
    edited = cookie[:place] + text + cookie[place + cut :]
    assert (store.load_session(edited, SECRET) is None) == (edited != cookie)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=[])) | st.text("ab.=é\ud800", max_size=9))
def test_whatever_comes_in_is_no_session(store, value):
    assert store.load_session(value, SECRET) is None


def test_two_cookies_cannot_be_mixed(store, answer):
    other = answer("signed-sessions")["SessionStore"](10)
    first, second = store.create_session({"a": 1}, SECRET), other.create_session({"a": 1}, SECRET)
    (payload, _), (_, signature) = first.split("."), second.split(".")
    assert store.load_session(f"{payload}.{signature}", SECRET) is None


# ------------------------------------------------------------------ in use


def test_a_session_lives_until_exp_in_virtual_time(answer):
    store = answer("signed-sessions")["SessionStore"](ttl=60)
    with lab.virtual_time() as clock:
        cookie = store.create_session({"id": 1}, SECRET)
        clock.advance(59.999)
        assert store.load_session(cookie, SECRET) == {"id": 1}
        clock.advance(0.001)
        assert store.load_session(cookie, SECRET) is None


def test_a_client_carries_the_session(store):
    def app(environ, start_response):
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        held = store.load_session(cookies["session"].value, SECRET) if "session" in cookies else None
        session = {"visits": (held or {"visits": 0})["visits"] + 1}
        body = str(session["visits"]).encode()
        cookie = f"session={store.create_session(session, SECRET)}; HttpOnly"
        start_response("200 OK", [("Set-Cookie", cookie), ("Content-Length", str(len(body)))])
        return [body]

    with lab.serve(app) as url, httpx.Client(base_url=url) as client:
        assert [client.get("/").text for _ in range(3)] == ["1", "2", "3"]
        assert httpx.get(url, cookies={"session": "forged.cookie"}).text == "1"
