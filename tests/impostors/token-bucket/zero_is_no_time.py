"""A time of 0 is taken for no time: a client that came when the clock showed 0 is new again."""

import time


class TokenBucketRateLimiter:
    def __init__(self, capacity, refill_rate):
        if capacity < 1 or refill_rate <= 0:
            raise ValueError("a bucket needs room for a token, and a rate")
        self.capacity = capacity
        self.refill_rate = refill_rate
        self.tokens = {}
        self.times = {}

    def is_allowed(self, client_key):
        now = time.monotonic()
        tokens, then = self.tokens.get(client_key), self.times.get(client_key)
        if not then:
            tokens, then = self.capacity, now
        tokens = min(self.capacity, tokens + (now - then) * self.refill_rate)
        self.times[client_key] = now
        self.tokens[client_key] = tokens - 1 if tokens >= 1 else tokens
        return tokens >= 1
