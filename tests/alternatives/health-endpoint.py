"""Tasks and one `asyncio.wait` with a limit, then a look at what became of each."""


def record(name, task):
    if task.cancelled() or not task.done() or task.exception():
        return dict(service=name, status="down", latency_ms=None)
    return task.result()


async def health_check():
    begun = time.monotonic()
    tasks = {
        "database": asyncio.create_task(check_database()),
        "cache": asyncio.create_task(check_cache()),
        "queue": asyncio.create_task(check_queue()),
    }
    _, late = await asyncio.wait(tasks.values(), timeout=1.0)
    for task in late:
        task.cancel()
    services = [record(name, task) for name, task in tasks.items()]
    bad = [each for each in services if each["status"] != "ok"]
    took = int(1000 * (time.monotonic() - begun))
    return {"status": "degraded" if bad else "ok", "services": services, "total_ms": took}
