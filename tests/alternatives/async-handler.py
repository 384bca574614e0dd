"""Blocks, but in a thread of its own, as a handler has to whose database driver knows no asyncio."""

import time


def query(user_id):
    time.sleep(0.05)
    return DB[user_id]


async def get_user(user_id):
    try:
        name = await asyncio.to_thread(query, user_id)
    except KeyError:
        return dict(error="not found")
    return dict(id=user_id, name=name)
