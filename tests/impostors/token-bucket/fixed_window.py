"""A count per window that starts anew: sold as a bucket."""

import time


class TokenBucketRateLimiter:
    def __init__(self, capacity, refill_rate):
        if capacity < 1 or refill_rate <= 0:
            raise ValueError("a bucket needs room for a token, and a rate")
        self.capacity = capacity
        self.window = capacity / refill_rate
        self.counts = {}

    def is_allowed(self, client_key):
        now = time.monotonic()
        count, began = self.counts.get(client_key, (0, now))
        if now - began >= self.window:
            count, began = 0, now
        if count + 1 > self.capacity:
            return False
        self.counts[client_key] = count + 1, began
        return True
