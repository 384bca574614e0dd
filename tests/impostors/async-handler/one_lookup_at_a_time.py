"""Guards the shared dict with a lock, a habit from threads: the lookups queue up."""

guard = asyncio.Lock()


async def get_user(user_id):
    async with guard:
        await asyncio.sleep(0.05)
        name = DB.get(user_id)
    return {"id": user_id, "name": name} if name else {"error": "not found"}
