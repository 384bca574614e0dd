"""A plain function that returns a coroutine: it can be awaited, but nobody can tell beforehand."""


def get_user(user_id):
    async def look_up():
        await asyncio.sleep(0.05)
        if user_id not in DB:
            return {"error": "not found"}
        return {"id": user_id, "name": DB[user_id]}

    return look_up()
