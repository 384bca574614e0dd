"""Waits with time.sleep: an `async def` in front does not keep it from holding up the loop."""

import time


async def get_user(user_id):
    time.sleep(0.05)
    if user_id not in DB:
        return {"error": "not found"}
    return {"id": user_id, "name": DB[user_id]}
