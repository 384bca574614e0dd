"""A small object for each period between two changes of state; a result is told to its own period."""


class CircuitBreaker:
    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"

    class Period:
        """A stretch of time in which results count, or none of them does."""

        def __init__(self, until=None):
            self.until = until

    def __init__(self, failure_threshold=3, recovery_timeout=0.5):
        self.failure_threshold = failure_threshold
        self.recovery_timeout = recovery_timeout
        self.state, self.failure_count = self.CLOSED, 0
        self._period = self.Period()

    def _admit(self):
        if self.state == self.CLOSED:
            return self._period
        if self.state == self.HALF_OPEN or time.perf_counter() < self._period.until:
            raise RuntimeError("Circuit OPEN")
        self.state = self.HALF_OPEN
        self._period = self.Period(self._period.until)
        return self._period

    async def call(self, fn, *args, **kwargs):
        mine = self._admit()
        try:
            result = await fn(*args, **kwargs)
        except BaseException as error:
            if mine is self._period:
                if isinstance(error, Exception):
                    self._on_failure()
                elif self.state == self.HALF_OPEN:
                    self.state = self.OPEN
            raise
        if mine is self._period:
            self._on_success()
        return result

    def _on_success(self):
        self.failure_count = 0
        if self.state == self.HALF_OPEN:
            self.state, self._period = self.CLOSED, self.Period()

    def _on_failure(self):
        self.failure_count += 1
        if self.state == self.HALF_OPEN or self.failure_count >= self.failure_threshold:
            self.state = self.OPEN
            self._period = self.Period(time.perf_counter() + self.recovery_timeout)
