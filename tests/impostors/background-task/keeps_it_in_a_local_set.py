"""Keeps the task in a set that is gone when the call returns."""


async def create_order(user_id, items):
    tasks = set()
    task = asyncio.create_task(send_notification(user_id, "Order created"))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return {"user_id": user_id, "items": items, "status": "created"}
