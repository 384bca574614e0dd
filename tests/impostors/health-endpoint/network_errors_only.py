"""Catches the exceptions that a network makes: a check that raises another one makes the endpoint raise."""


async def health_check():
    async def record(name, check):
        try:
            async with asyncio.timeout(1):
                return await check()
        except (OSError, TimeoutError):
            return {"service": name, "status": "down", "latency_ms": None}

    start = time.perf_counter()
    services = await asyncio.gather(
        record("database", check_database),
        record("cache", check_cache),
        record("queue", check_queue),
    )
    fine = all(service["status"] == "ok" for service in services)
    return {
        "status": "ok" if fine else "degraded",
        "services": services,
        "total_ms": round((time.perf_counter() - start) * 1000),
    }
