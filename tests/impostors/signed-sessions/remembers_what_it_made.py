"""Keeps the sessions in the store: a cookie is good for the process that made it."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl
        self.sessions = {}

    def create_session(self, data, secret):
        exp = int(time.time()) + self.ttl
        encoded = b64url(json.dumps({"data": data, "exp": exp}).encode())
        mac = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256)
        cookie = f"{encoded}.{b64url(mac.digest())}"
        self.sessions[cookie, secret] = data, exp
        return cookie

    def load_session(self, cookie_value, secret):
        data, exp = self.sessions.get((cookie_value, secret), (None, 0))
        return data if time.time() < exp else None
