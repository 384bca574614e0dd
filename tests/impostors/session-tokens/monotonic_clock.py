"""Takes time.monotonic() for the clock, whose zero is another one on every machine."""


class SessionManager:
    def __init__(self, secret_key, ttl_seconds=3600):
        self.secret_key = secret_key.encode()
        self.ttl = ttl_seconds

    def _sign(self, payload_b64):
        payload = payload_b64.encode()
        return hmac.new(self.secret_key, payload, hashlib.sha256).hexdigest()

    def create_token(self, user_id, role):
        exp = time.monotonic() + self.ttl
        payload = {"user_id": user_id, "role": role, "exp": exp}
        encoded = base64.urlsafe_b64encode(json.dumps(payload).encode())
        payload_b64 = encoded.decode().rstrip("=")
        return f"{payload_b64}.{self._sign(payload_b64)}"

    def validate_token(self, token):
        payload_b64, dot, signature = token.partition(".")
        if not dot:
            raise ValueError("Malformed token")
        expected = self._sign(payload_b64)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise ValueError("Invalid signature")
        padded = payload_b64 + "=="  # too much of it does no harm
        payload = json.loads(base64.urlsafe_b64decode(padded))
        if time.monotonic() >= payload["exp"]:
            raise ValueError("Token expired")
        return payload
