"""Repeats the users in the code, instead of looking them up."""


async def get_user(user_id):
    await asyncio.sleep(0.05)
    for known, name in enumerate(["Alice", "Bob", "Carol"], 1):
        if known == user_id:
            return {"id": user_id, "name": name}
    return {"error": "not found"}
