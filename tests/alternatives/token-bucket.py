"""One number a client: when its bucket will be full."""


class TokenBucketRateLimiter:
    """One number a client: the moment at which its bucket will be full."""

    def __init__(self, capacity, refill_rate):
        if not capacity >= 1:
            raise ValueError(f"capacity {capacity} is below 1")
        if not refill_rate > 0:
            raise ValueError(f"refill_rate {refill_rate} is not positive")
        self.seconds_per_token = 1 / refill_rate
        self.tolerance = (capacity - 1) / refill_rate
        self.full_at = {}

    def is_allowed(self, client_key):
        now = time.perf_counter()
        full_at = max(now, self.full_at.get(client_key, now))
        if full_at - now > self.tolerance:
            return False
        self.full_at[client_key] = full_at + self.seconds_per_token
        return True
