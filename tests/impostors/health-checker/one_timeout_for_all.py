"""Puts one limit around all the checks: when one is too slow, nothing is known of any."""


class HealthChecker:
    def __init__(self, timeout=2.0):
        self.timeout = timeout
        self._checks = []  # (name, check_fn, critical)
        self._report = None

    def register(self, name, check_fn, critical=False):
        self._checks.append((name, check_fn, critical))

    async def run_all(self):
        checks = [*self._checks]
        try:
            components = await asyncio.wait_for(
                asyncio.gather(
                    *[self._examine(name, check_fn) for name, check_fn, _ in checks]
                ),
                self.timeout,
            )
        except TimeoutError:
            components = [
                ComponentHealth(name, HealthStatus.UNHEALTHY, detail="timeout")
                for name, _, _ in checks
            ]
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

    async def _examine(self, name, check_fn):
        start = time.perf_counter()
        try:
            await check_fn()
        except Exception as error:
            detail = str(error) or type(error).__name__
            return ComponentHealth(name, HealthStatus.UNHEALTHY, detail=detail)
        latency_ms = (time.perf_counter() - start) * 1000
        return ComponentHealth(name, HealthStatus.HEALTHY, latency_ms)

    def get_report(self):
        return self._report
