"""Uses a TaskGroup, which cancels all the other checks when one of them fails."""


async def health_check():
    start = time.perf_counter()
    names = {"database": check_database, "cache": check_cache, "queue": check_queue}
    tasks = {}
    try:
        async with asyncio.timeout(1), asyncio.TaskGroup() as group:
            for name, check in names.items():
                tasks[name] = group.create_task(check())
    except (Exception, ExceptionGroup):
        pass
    services = [
        {"service": name, "status": "down", "latency_ms": None}
        if task.cancelled() or task.exception()
        else task.result()
        for name, task in tasks.items()
    ]
    fine = all(service["status"] == "ok" for service in services)
    return {
        "status": "ok" if fine else "degraded",
        "services": services,
        "total_ms": round((time.perf_counter() - start) * 1000),
    }
