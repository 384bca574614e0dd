"""Calls asyncio.sleep without `await`: that makes a coroutine, and nobody runs it."""


async def get_user(user_id):
    asyncio.sleep(0.05)
    if user_id not in DB:
        return {"error": "not found"}
    return {"id": user_id, "name": DB[user_id]}
