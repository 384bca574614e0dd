"""Puts one limit around all of the checks: if one hangs, all are down."""


async def health_check():
    start = time.perf_counter()
    try:
        async with asyncio.timeout(1):
            services = await asyncio.gather(
                check_database(), check_cache(), check_queue()
            )
    except Exception:
        services = [
            {"service": name, "status": "down", "latency_ms": None}
            for name in ("database", "cache", "queue")
        ]
    fine = all(service["status"] == "ok" for service in services)
    return {
        "status": "ok" if fine else "degraded",
        "services": services,
        "total_ms": round((time.perf_counter() - start) * 1000),
    }
