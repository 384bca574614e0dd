"""Signs the data and not exp: whoever holds a cookie can put it off for ever."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(json.dumps(data), secret)}"

    def load_session(self, cookie_value, secret):
        if not cookie_value.isascii():
            return None
        encoded, _, signature = cookie_value.partition(".")
        try:
            payload = json.loads(b64url_decode(encoded))
            right = self._sign(json.dumps(payload["data"]), secret)
        except Exception:
            return None
        if not hmac.compare_digest(signature, right):
            return None
        return payload["data"] if time.time() < payload["exp"] else None

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
