"""Lets every CircuitOpenError pass uncounted, also one that comes from a breaker inside of the function."""


class CircuitBreaker:
    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"

    def __init__(self, failure_threshold=3, recovery_timeout=0.5):
        self.failure_threshold = failure_threshold
        self.recovery_timeout = recovery_timeout
        self.state = self.CLOSED
        self.failure_count = 0
        self._openings = 0
        self._opened = 0

    async def call(self, fn, *args, **kwargs):
        openings = self._openings
        try:
            if self.state == self.OPEN:
                if time.monotonic() - self._opened < self.recovery_timeout:
                    raise CircuitOpenError("Circuit OPEN")
                self.state = self.HALF_OPEN
            elif self.state == self.HALF_OPEN:
                raise CircuitOpenError("Circuit OPEN")
            result = await fn(*args, **kwargs)
        except CircuitOpenError:
            raise
        except Exception:
            if openings == self._openings:
                self._on_failure()
            raise
        except BaseException:
            if openings == self._openings and self.state == self.HALF_OPEN:
                self.state = self.OPEN
            raise
        if openings == self._openings:
            self._on_success()
        return result

    def _on_success(self):
        self.state = self.CLOSED
        self.failure_count = 0

    def _on_failure(self):
        self.failure_count += 1
        if self.failure_count >= self.failure_threshold:
            self.state = self.OPEN
            self._openings += 1
            self._opened = time.monotonic()
