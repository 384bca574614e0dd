"""Takes a result for late by the state at its end, forgetting that the breaker may have closed
again."""


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
        self._opened_at = 0

    async def call(self, fn, *args, **kwargs):
        if self.state == self.HALF_OPEN:
            raise CircuitOpenError("Circuit OPEN")
        if self.state == self.OPEN:
            if time.monotonic() - self._opened_at < self.recovery_timeout:
                raise CircuitOpenError("Circuit OPEN")
            self.state = self.HALF_OPEN
        openings = self._openings
        try:
            result = await fn(*args, **kwargs)
        except Exception:
            if self.state != self.OPEN:
                self._on_failure()
            raise
        except asyncio.CancelledError:
            if openings == self._openings and self.state == self.HALF_OPEN:
                self.state = self.OPEN
            raise
        if self.state != self.OPEN:
            self._on_success()
        return result

    def _on_success(self):
        self.state = self.CLOSED
        self.failure_count = 0

    def _on_failure(self):
        self.failure_count += 1
        if self.failure_count >= self.failure_threshold:
            self._open()

    def _open(self):
        self.state = self.OPEN
        self._opened_at = time.monotonic()
        self._openings += 1
