"""Looks at the clock until the time has come: the loop is as blocked as by a sleep."""

import time


async def get_user(user_id):
    start = time.monotonic()
    while time.monotonic() - start < 0.05:
        pass
    if user_id not in DB:
        return {"error": "not found"}
    return {"id": user_id, "name": DB[user_id]}
