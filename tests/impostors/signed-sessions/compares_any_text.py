"""Gives any text to compare_digest: a letter such as é is a TypeError."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(encoded, secret)}"

    def load_session(self, cookie_value, secret):
        encoded, _, signature = cookie_value.partition(".")
        if not hmac.compare_digest(signature, self._sign(encoded, secret)):
            return None
        payload = json.loads(b64url_decode(encoded))
        return payload["data"] if time.time() < payload["exp"] else None

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
