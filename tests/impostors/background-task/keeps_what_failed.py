"""Lets go of a task when its notification was sent, and keeps it when it failed."""

tasks = set()


def forget(task):
    task.result()
    tasks.discard(task)


async def create_order(user_id, items):
    task = asyncio.create_task(send_notification(user_id, "Order created"))
    tasks.add(task)
    task.add_done_callback(forget)
    return {"user_id": user_id, "items": items, "status": "created"}
