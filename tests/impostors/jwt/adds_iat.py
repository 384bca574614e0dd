"""A token should say when it was made, so it does."""


class JWTMiddleware:
    @staticmethod
    def create_token(payload, secret):
        header = {"alg": "HS256", "typ": "JWT"}
        parts = [
            b64url_encode(json.dumps(each).encode())
            for each in (header, {**payload, "iat": int(time.time())})
        ]
        signed = ".".join(parts)
        return signed + "." + JWTMiddleware.sign(signed, secret)

    @staticmethod
    def verify_token(token, secret):
        try:
            head, body, signature = token.split(".")
            right = JWTMiddleware.sign(f"{head}.{body}", secret)
            if not hmac.compare_digest(signature.encode(), right.encode()):
                return None
            header, payload = JWTMiddleware.read(head), JWTMiddleware.read(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(header, dict) or not isinstance(payload, dict):
            return None
        if header.get("alg") != "HS256":
            return None
        if "crit" in header:
            return None
        now = time.time()
        for name in ("exp", "nbf"):
            if name in payload and not JWTMiddleware.is_number(payload[name]):
                return None
        if "exp" in payload and now >= payload["exp"]:
            return None
        if "nbf" in payload and now < payload["nbf"]:
            return None
        return payload

    @staticmethod
    def is_number(value):
        return type(value) in (int, float) and abs(value) < float("inf")

    @staticmethod
    def sign(signed, secret):
        mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256)
        return b64url_encode(mac.digest())

    @staticmethod
    def read(part):
        raw = b64url_decode(part)
        if b64url_encode(raw) != part:
            raise ValueError(part)
        return json.loads(raw.decode())
