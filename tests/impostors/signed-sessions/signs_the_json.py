"""Signs the JSON and not its encoded text: the payload may be spelled in another way."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    def create_session(self, data, secret):
        payload = {"data": data, "exp": int(time.time()) + self.ttl}
        text = json.dumps(payload)
        return f"{b64url(text.encode())}.{self._sign(text, secret)}"

    def load_session(self, cookie_value, secret):
        if not cookie_value.isascii():
            return None
        encoded, _, signature = cookie_value.partition(".")
        try:
            text = b64url_decode(encoded).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(signature, self._sign(text, secret)):
            return None
        payload = json.loads(text)
        return payload["data"] if time.time() < payload["exp"] else None

    def _sign(self, encoded, secret):
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        return b64url(mac.digest())
