"""Tasks, one `asyncio.wait` for all of them with the limit, then a look at what became of each task."""

import math


class HealthChecker:
    def __init__(self, timeout=2.0):
        self.timeout = timeout
        self.names, self.functions, self.weights = [], [], []
        self.latest = None

    def register(self, name, check_fn, critical=False):
        self.names.append(name)
        self.functions.append(check_fn)
        self.weights.append(math.inf if critical else 1)

    def get_report(self):
        return self.latest

    async def run_all(self):
        begun, ended = time.monotonic(), {}

        async def run(number, function):
            try:
                await function()
            finally:
                ended[number] = time.monotonic()

        tasks = [asyncio.create_task(run(*each)) for each in enumerate(self.functions)]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=self.timeout)
        finally:
            late = {task for task in tasks if not task.done()}
            for task in late:
                task.cancel()
        components, harm = [], 0
        for number, task in enumerate(tasks):
            name = self.names[number]
            if task in late:
                detail = "timeout"
            elif task.cancelled():
                detail = "CancelledError"
            elif error := task.exception():
                detail = str(error) or type(error).__name__
            else:
                latency = 1000 * (ended[number] - begun)
                components.append(ComponentHealth(name, HealthStatus.HEALTHY, latency))
                continue
            harm += self.weights[number]
            components.append(ComponentHealth(name, HealthStatus.UNHEALTHY, None, detail))
        overall = HealthStatus.DEGRADED if harm else HealthStatus.HEALTHY
        overall = HealthStatus.UNHEALTHY if harm == math.inf else overall
        self.latest = HealthReport(overall, components)
        return self.latest
