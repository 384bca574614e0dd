"""Calls all the check functions before any of them is awaited: one that raises in its call takes the whole report with it."""


class HealthChecker:
    def __init__(self, timeout=2.0):
        self.timeout = timeout
        self._checks = []  # (name, check_fn, critical)
        self._report = None

    def register(self, name, check_fn, critical=False):
        self._checks.append((name, check_fn, critical))

    async def run_all(self):
        checks = [*self._checks]
        components = await asyncio.gather(
            *[self._examine(name, check_fn()) for name, check_fn, _ in checks]
        )
        unhealthy = [
            critical
            for (_, _, critical), component in zip(checks, components)
            if component.status is HealthStatus.UNHEALTHY
        ]
        overall = HealthStatus.DEGRADED if unhealthy else HealthStatus.HEALTHY
        if any(unhealthy):
            overall = HealthStatus.UNHEALTHY
        self._report = HealthReport(overall, components)
        return self._report

    async def _examine(self, name, check):
        start = time.perf_counter()
        try:
            async with asyncio.timeout(self.timeout) as limit:
                await check
        except (Exception, asyncio.CancelledError) as error:
            text = str(error) or type(error).__name__
            detail = "timeout" if limit.expired() else text
            return ComponentHealth(name, HealthStatus.UNHEALTHY, detail=detail)
        latency_ms = (time.perf_counter() - start) * 1000
        return ComponentHealth(name, HealthStatus.HEALTHY, latency_ms)

    def get_report(self):
        return self._report
