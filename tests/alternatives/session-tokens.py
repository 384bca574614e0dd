"""Compact JSON, whole seconds, exact padding, bytes throughout; every refusal in one place."""


class SessionManager:
    def __init__(self, secret_key, ttl_seconds=3600):
        self.secret_key = secret_key.encode("utf-8")
        self.ttl = ttl_seconds

    def _sign(self, payload_b64):
        return hmac.new(self.secret_key, payload_b64.encode("utf-8"), "sha256").hexdigest()

    def create_token(self, user_id, role):
        claims = {"exp": int(time.time()) + self.ttl, "role": role, "user_id": user_id}
        raw = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        head = base64.b64encode(raw, altchars=b"-_").replace(b"=", b"").decode("ascii")
        return ".".join([head, self._sign(head)])

    def validate_token(self, token):
        if "." not in token:
            raise ValueError("Malformed token")
        head, signature = token.rsplit(".", 1)
        good = signature.isascii() and hmac.compare_digest(signature, self._sign(head))
        if not good:
            raise ValueError("Invalid signature")
        padding = "=" * (-len(head) % 4)
        claims = json.loads(base64.b64decode(head + padding, altchars=b"-_"))
        if claims["exp"] <= time.time():
            raise ValueError("Token expired")
        return claims
