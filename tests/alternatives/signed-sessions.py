"""Compact JSON that keeps its letters, bytes throughout, and one condition after another."""


class SessionStore:
    def __init__(self, ttl=3600):
        self.ttl = ttl

    @staticmethod
    def _signature(payload_b64, secret):
        return b64url(hmac.digest(bytes(secret, "utf-8"), payload_b64, "sha256")).encode("ascii")

    def create_session(self, data, secret):
        expires = int(time.time() + self.ttl)
        text = json.dumps({"data": data, "exp": expires}, separators=(",", ":"), ensure_ascii=False)
        payload_b64 = b64url(text.encode("utf-8")).encode("ascii")
        return b".".join([payload_b64, self._signature(payload_b64, secret)]).decode("ascii")

    def load_session(self, cookie_value, secret):
        raw = cookie_value.encode("utf-8", "surrogatepass")
        payload_b64, dot, signature = raw.rpartition(b".")
        genuine = hmac.compare_digest(self._signature(payload_b64, secret), signature)
        if not (dot and genuine):
            return None
        session = json.loads(b64url_decode(payload_b64.decode("ascii")))
        expired = session["exp"] <= time.time()
        return None if expired else session["data"]
