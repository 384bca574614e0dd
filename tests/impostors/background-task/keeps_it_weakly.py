"""Keeps the tasks in a WeakSet, which holds them no better than the loop does."""

import weakref

tasks = weakref.WeakSet()


async def create_order(user_id, items):
    tasks.add(asyncio.create_task(send_notification(user_id, "Order created")))
    return {"user_id": user_id, "items": items, "status": "created"}
