"""Puts a bare `except Exception` around everything: a mistake in the program looks like a bad cookie."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(encoded, secret)}"

    def load_session(self, cookie_value, secret):
        try:
            encoded, signature = cookie_value.split(".")
            right = self._sign(encoded, secret)
            if not hmac.compare_digest(signature, right):
                return None
            payload = json.loads(b64url_decode(encoded))
            if payload["exp"] <= time.time():
                return None
            return payload["data"]
        except Exception:
            return None

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
