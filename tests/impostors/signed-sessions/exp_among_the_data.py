"""Puts exp into the dict of the view, and takes it out again."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        data["exp"] = int(time.time()) + self.ttl
        payload = {"data": data, "exp": data["exp"]}
        encoded = b64url(json.dumps(payload).encode())
        return f"{encoded}.{self._sign(encoded, secret)}"

    def load_session(self, cookie_value, secret):
        if not cookie_value.isascii():
            return None
        encoded, _, signature = cookie_value.partition(".")
        if not hmac.compare_digest(signature, self._sign(encoded, secret)):
            return None
        payload = json.loads(b64url_decode(encoded))
        if time.time() >= payload["data"].pop("exp"):
            return None
        return payload["data"]

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
