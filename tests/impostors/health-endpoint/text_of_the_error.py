"""Writes the text of the exception into the record, for all the world to read."""


async def health_check():
    async def record(name, check):
        try:
            async with asyncio.timeout(1):
                return await check()
        except Exception as error:
            return {"service": name, "status": "down", "error": str(error)}

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
