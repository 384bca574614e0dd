"""Lets the KeyError of an unknown user out."""


async def get_user(user_id):
    await asyncio.sleep(0.05)
    return {"id": user_id, "name": DB[user_id]}
