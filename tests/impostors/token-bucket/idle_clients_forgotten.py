"""Who has been silent for an hour is forgotten, to save memory, and comes back to a full bucket."""

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
        for key, (_, then) in list(self.buckets.items()):
            if now - then > 3600:
                del self.buckets[key]
        tokens, then = self.buckets.get(client_key, (self.capacity, now))
        tokens = min(self.capacity, tokens + (now - then) * self.refill_rate)
        if tokens >= 1:
            self.buckets[client_key] = tokens - 1, now
            return True
        self.buckets[client_key] = tokens, now
        return False
