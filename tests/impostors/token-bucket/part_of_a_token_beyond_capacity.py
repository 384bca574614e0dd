"""Only whole tokens are credited, and a full bucket keeps the rest for later."""

import time


class TokenBucketRateLimiter:
    def __init__(self, capacity, refill_rate):
        if capacity < 1 or refill_rate <= 0:
            raise ValueError("a bucket needs room for a token, and a rate")
        self.capacity = capacity
        self.refill_rate = refill_rate
        self.buckets = {}

    def is_allowed(self, client_key):
        now = time.monotonic()
        tokens, then = self.buckets.get(client_key, (self.capacity, now))
        gained = int((now - then) * self.refill_rate)
        tokens = min(self.capacity, tokens + gained)
        now = then + gained / self.refill_rate
        if tokens >= 1:
            self.buckets[client_key] = tokens - 1, now
            return True
        self.buckets[client_key] = tokens, now
        return False
