"""All clients share one bucket."""

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
        tokens, then = self.buckets.get(None, (self.capacity, now))
        tokens = min(self.capacity, tokens + (now - then) * self.refill_rate)
        if tokens >= 1:
            self.buckets[None] = tokens - 1, now
            return True
        self.buckets[None] = tokens, now
        return False
