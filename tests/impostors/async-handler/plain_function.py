"""A plain function that runs a loop of its own for the pause."""


def get_user(user_id):
    asyncio.run(asyncio.sleep(0.05))
    if user_id not in DB:
        return {"error": "not found"}
    return {"id": user_id, "name": DB[user_id]}
