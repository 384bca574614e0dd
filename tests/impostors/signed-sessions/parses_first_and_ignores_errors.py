"""Parses the payload before it looks at the signature, with a `try` around that."""


class SessionStore:
    """Sessions that live in signed cookies.

    >>> store = SessionStore(ttl=3600)
    >>> cookie = store.create_session({"user_id": 42}, SIGNED_SECRET)
    >>> store.load_session(cookie, SIGNED_SECRET)
    {'user_id': 42}
    """

    def __init__(self, ttl=3600):
        self.ttl = ttl

    @staticmethod
    def _sign(encoded, secret):
        return b64url(
            hmac.digest(secret.encode(), encoded.encode(), "sha256")
        )

    def create_session(self, data, secret):
        """A cookie value that holds *data*, a dict, for `ttl` seconds."""
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(encoded, secret)}"

    def load_session(self, cookie_value, secret):
        """The data in a cookie value, or None if it is not good any more."""
        if not cookie_value.isascii():
            return None
        encoded, _, signature = cookie_value.partition(".")
        try:
            payload = json.loads(b64url_decode(encoded))
        except Exception:
            return None
        expected = self._sign(encoded, secret)
        if not hmac.compare_digest(signature, expected):
            return None
        payload = json.loads(b64url_decode(encoded))
        if time.time() >= payload["exp"]:
            return None
        return payload["data"]
