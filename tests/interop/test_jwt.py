"""Our tokens against PyJWT, the examples of the RFCs, and the attacks of RFC 8725."""

import base64
import hmac
import json
import string
import time

import jwt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from webcourse import lab

SECRET = "0123456789abcdef0123456789abcdef"
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

# RFC 7515, appendix A.1
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC_KEY = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
RFC_PAYLOAD = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)
registered = {"exp", "nbf", "iat", "sub", "aud", "iss", "jti"}
names = st.text(max_size=6).filter(lambda name: name not in registered)
claims = st.dictionaries(names, values, max_size=3)
secrets = st.text("abcé中", max_size=4).map(lambda text: text + SECRET)


@pytest.fixture(scope="module")
def ours(answer):
    return answer("jwt")["JWTMiddleware"]


class RawSecret(str):
    """A secret whose bytes are no UTF-8, which the interface cannot say."""

    def encode(self, *_):
        return b64url_decode(self)


def b64url_decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64url(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header, payload, digest="sha256", secret=SECRET):
    text = f"{b64url(header)}.{b64url(payload)}"
    return f"{text}.{b64url(hmac.digest(secret.encode(), text.encode(), digest))}"


def pyjwt(token, secret=SECRET):
    """What PyJWT says, in the form of ours."""
    try:
        return jwt.decode(token, secret, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None


@settings(max_examples=50, deadline=None)
@given(payload=claims, secret=secrets)
def test_pyjwt_reads_our_tokens(ours, payload, secret):
    assert pyjwt(ours.create_token(payload, secret), secret) == payload
    assert jwt.get_unverified_header(ours.create_token(payload, secret)) == {
        "alg": "HS256",
        "typ": "JWT",
    }


@settings(max_examples=50, deadline=None)
@given(payload=claims, secret=secrets)
def test_we_read_the_tokens_of_pyjwt(ours, payload, secret):
    assert ours.verify_token(jwt.encode(payload, secret, algorithm="HS256"), secret) == payload


@settings(max_examples=20, deadline=None)
@given(payload=claims, first=secrets, second=secrets)
def test_neither_reads_a_token_of_another_secret(ours, payload, first, second):
    assume(first != second)
    assert ours.verify_token(jwt.encode(payload, first), second) is None
    assert pyjwt(ours.create_token(payload, first), second) is None


@pytest.mark.parametrize("now, good", [(1300819379, True), (1300819380, False), (1900000000, False)])
def test_the_example_of_rfc_7515(ours, now, good):
    with lab.virtual_time(start=now - 1) as clock:
        clock.advance(0.5 if good else 1)
        assert ours.verify_token(RFC_TOKEN, RawSecret(RFC_KEY)) == (RFC_PAYLOAD if good else None)
        assert ours.verify_token(RFC_TOKEN, SECRET) is None


def test_the_signature_of_the_example_is_ours(ours):
    signed_part, _, signature = RFC_TOKEN.rpartition(".")
    assert ours._sign(signed_part, RawSecret(RFC_KEY)) == signature


@settings(max_examples=100, deadline=None)
@given(
    exp=st.none() | st.integers(-100, 100),
    nbf=st.none() | st.integers(-100, 100),
    later=st.integers(0, 50),
)
def test_both_agree_on_the_times(ours, exp, nbf, later):
    with lab.virtual_time(start=1_900_000_000) as clock:
        now = int(time.time())
        payload = {name: now + n for name, n in (("exp", exp), ("nbf", nbf)) if n is not None}
        token = jwt.encode(payload, SECRET)
        clock.advance(later)
        assert ours.verify_token(token, SECRET) == pyjwt(token)


ATTACKS = {
    "none": lambda: jwt.encode({"role": "admin"}, None, algorithm="none"),
    "none with a signature": lambda: signed({"alg": "none"}, {"role": "admin"}),
    "HS512": lambda: jwt.encode({"role": "admin"}, SECRET * 2, algorithm="HS512"),
    "HS512 in the header": lambda: signed({"alg": "HS512"}, {"role": "admin"}),
    "HS384 with its digest": lambda: signed({"alg": "HS384"}, {"role": "admin"}, "sha384"),
    "RS256 in the header": lambda: signed({"alg": "RS256"}, {"role": "admin"}),
    "no alg": lambda: signed({"typ": "JWT"}, {"role": "admin"}),
    "crit": lambda: jwt.encode({"role": "admin"}, SECRET, headers={"crit": ["exp"]}),
    "empty crit": lambda: signed({"alg": "HS256", "crit": []}, {"role": "admin"}),
    "a list": lambda: signed({"alg": "HS256"}, ["admin"]),
    "a text": lambda: signed({"alg": "HS256"}, "admin"),
    "a header that is a list": lambda: signed(["HS256"], {"role": "admin"}),
    "expired": lambda: jwt.encode({"exp": int(time.time()) - 1}, SECRET),
    "not yet valid": lambda: jwt.encode({"nbf": int(time.time()) + 60}, SECRET),
    "exp is null": lambda: signed({"alg": "HS256"}, {"exp": None}),
    "exp is NaN": lambda: signed({"alg": "HS256"}, {"exp": float("nan")}),
    "a bomb": lambda: signed({"alg": "HS256"}, b"[" * 100_000),
    "two parts": lambda: signed({"alg": "HS256"}, {}).rpartition(".")[0],
    "four parts": lambda: signed({"alg": "HS256"}, {}) + ".e30",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_fails_on_both(ours, name):
    token = ATTACKS[name]()
    assert ours.verify_token(token, SECRET) is None
    assert pyjwt(token) is None


def test_a_signature_has_one_spelling(ours):
    token = ours.create_token({"user_id": 42}, SECRET)
    others = [token[:-1] + letter for letter in BASE64URL if letter != token[-1]]
    others += [token + "=", token + "\n", token + " ", " " + token, token[:-1] + "*" + token[-1]]
    assert [other for other in others if ours.verify_token(other, SECRET) is not None] == []
    assert pyjwt(token + "=") == {"user_id": 42}  # padding is one of the spellings that it allows


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=[])) | st.text("ab.=é\ud800e30", max_size=12))
def test_whatever_comes_in_is_none(ours, token):
    assert ours.verify_token(token, SECRET) is None


@settings(max_examples=150, deadline=None)
@given(header=st.binary(max_size=12) | st.just(b'{"alg":"HS256"}'), payload=st.binary(max_size=20))
def test_whatever_is_signed_raises_nothing(ours, header, payload):
    found = ours.verify_token(signed(header, payload), SECRET)
    assert found is None or found == json.loads(payload)
