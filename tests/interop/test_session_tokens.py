"""The session exercise against the standard library, openssl, a cookie jar and forgers."""

import base64
import hmac
import json
import shutil
import string
import subprocess
import time
from http.cookies import SimpleCookie

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcourse import lab

KEY = "0123456789abcdef0123456789abcdef"
BASE64URL = string.ascii_letters + string.digits + "-_"
# names at the end of a payload: 0, 1 and 2 bytes that base64 pads
roles = st.sampled_from(["user", "users", "admins"]) | st.text(max_size=12)


@pytest.fixture(scope="module")
def manager(answer):
    return answer("session-tokens")["SessionManager"](KEY, 3600)


def refused(manager, token):
    try:
        manager.validate_token(token)
    except ValueError:
        return True
    return False


@settings(max_examples=100, deadline=None)
@given(user_id=st.integers() | st.text(), role=roles)
def test_any_user_survives_the_journey(manager, user_id, role):
    before = time.time()
    token = manager.create_token(user_id, role)
    payload = manager.validate_token(token)
    assert (payload["user_id"], payload["role"]) == (user_id, role)
    assert before + 3600 <= payload["exp"] <= time.time() + 3600
    assert set(token) <= set(BASE64URL + ".")


@settings(max_examples=50, deadline=None)
@given(user_id=st.integers(0, 10**6), role=roles)
def test_the_standard_library_comes_to_the_same_token(manager, user_id, role):
    payload_b64, signature = manager.create_token(user_id, role).split(".")
    assert signature == hmac.digest(KEY.encode(), payload_b64.encode(), "sha256").hex()
    padded = payload_b64 + "=" * (-len(payload_b64) % 4)
    payload = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    assert (payload["user_id"], payload["role"]) == (user_id, role)


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
def test_openssl_signs_in_the_same_way(manager):
    payload_b64, signature = manager.create_token(42, "admin").split(".")
    command = ["openssl", "dgst", "-sha256", "-hmac", KEY]
    done = subprocess.run(command, input=payload_b64.encode(), capture_output=True, check=True, timeout=20)
    assert done.stdout.decode().split()[-1] == signature


@pytest.mark.parametrize("role", ["user", "users", "admins"])
def test_no_character_may_change(manager, role):
    token = manager.create_token(42, role)
    for place, old in enumerate(token):
        for new in set(BASE64URL + "=.+/ é") - {old}:
            assert refused(manager, token[:place] + new + token[place + 1 :])
    assert not refused(manager, token)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 300), cut=st.integers(0, 5), text=st.text(max_size=5))
def test_no_piece_may_be_cut_out_or_put_in(manager, place, cut, text):
    token = manager.create_token(42, "user")
    edited = token[:place] + text + token[place + cut :]
    assert refused(manager, edited) == (edited != token)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=[])) | st.text("ab.=é\ud800", max_size=9))
def test_whatever_comes_in_is_refused_with_a_value_error(manager, token):
    assert refused(manager, token)


def test_a_token_lives_until_exp_in_virtual_time(answer):
    manager = answer("session-tokens")["SessionManager"](KEY, ttl_seconds=60)
    with lab.virtual_time() as clock:
        token = manager.create_token(1, "user")
        clock.advance(59.999)
        assert not refused(manager, token)
        clock.advance(0.001)
        assert refused(manager, token)


def test_a_client_carries_it_as_a_cookie(manager):
    def app(environ, start_response):
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        headers = []
        if "session" in cookies:
            body = manager.validate_token(cookies["session"].value)["role"]
        else:
            headers = [("Set-Cookie", f"session={manager.create_token(42, 'admin')}; HttpOnly")]
            body = "welcome"
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body.encode()]

    with lab.serve(app) as url, httpx.Client(base_url=url) as client:
        assert client.get("/").text == "welcome"
        assert client.get("/").text == "admin"
