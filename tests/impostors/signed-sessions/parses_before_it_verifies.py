"""Parses the payload first: what nobody signed reaches the parser."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(encoded, secret)}"

    def load_session(self, cookie_value, secret):
        if not cookie_value.isascii():
            return None
        try:
            payload = json.loads(b64url_decode(cookie_value.split(".")[0]))
        except ValueError:
            return None
        encoded, _, signature = cookie_value.partition(".")
        if not hmac.compare_digest(signature, self._sign(encoded, secret)):
            return None
        return payload["data"] if time.time() < payload["exp"] else None

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
