"""One time for all buckets: what one client has gained is forgotten when another asks."""

import time


class TokenBucketRateLimiter:
    def __init__(self, capacity, refill_rate):
        if capacity < 1 or refill_rate <= 0:
            raise ValueError("a bucket needs room for a token, and a rate")
        self.capacity = capacity
        self.refill_rate = refill_rate
        self.buckets = {}
        self.then = time.monotonic()

    def is_allowed(self, client_key):
        now = time.monotonic()
        tokens = self.buckets.get(client_key, self.capacity)
        then, self.then = self.then, now
        tokens = min(self.capacity, tokens + (now - then) * self.refill_rate)
        if tokens >= 1:
            self.buckets[client_key] = tokens - 1
            return True
        self.buckets[client_key] = tokens
        return False
