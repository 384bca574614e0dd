"""Compares bytes, and writes each part anew to see that it has one spelling."""

import binascii


class JWTMiddleware:
    """Parses strictly first, and compares what it would have written itself."""

    HEADER = {"alg": "HS256", "typ": "JWT"}

    @staticmethod
    def create_token(payload, secret):
        parts = [JWTMiddleware.HEADER, payload]
        text = ".".join(
            b64url_encode(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode())
            for part in parts
        )
        mac = hmac.digest(bytes(secret, "utf-8"), bytes(text, "ascii"), "sha256")
        return text + "." + b64url_encode(mac)

    @staticmethod
    def verify_token(token, secret):
        try:
            header, payload, signature = token.encode("ascii").split(b".")
            mac = hmac.digest(secret.encode("utf-8"), header + b"." + payload, "sha256")
            if not hmac.compare_digest(b64url_encode(mac).encode(), signature):
                return None
            header, claims = JWTMiddleware.parse(header), JWTMiddleware.parse(payload)
        except (UnicodeError, binascii.Error, ValueError, RecursionError):
            return None
        if type(header) is not dict or type(claims) is not dict:
            return None
        if header.get("alg") != "HS256" or "crit" in header:
            return None
        now = time.time()
        for name, is_good in {"exp": lambda t: now < t, "nbf": lambda t: now >= t}.items():
            if name in claims:
                moment = claims[name]
                if isinstance(moment, bool) or not isinstance(moment, (int, float)):
                    return None
                if not is_good(moment):
                    return None
        return claims

    @staticmethod
    def parse(part):
        text = part.decode()
        raw = b64url_decode(text)
        if b64url_encode(raw) != text:
            raise ValueError("another spelling")
        return json.loads(str(raw, "utf-8"))
