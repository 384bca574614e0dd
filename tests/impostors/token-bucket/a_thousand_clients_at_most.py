"""A bounded dict: the bucket that was used longest ago goes, empty or not."""

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
        tokens, then = self.buckets.pop(client_key, (self.capacity, now))
        if len(self.buckets) >= 1000:
            del self.buckets[next(iter(self.buckets))]
        tokens = min(self.capacity, tokens + (now - then) * self.refill_rate)
        if tokens >= 1:
            self.buckets[client_key] = tokens - 1, now
            return True
        self.buckets[client_key] = tokens, now
        return False
