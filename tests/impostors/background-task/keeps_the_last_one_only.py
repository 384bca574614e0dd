"""Keeps the task in one global name: the next order drops the task of the one before."""

notification_task = None


async def create_order(user_id, items):
    global notification_task
    notification_task = asyncio.create_task(send_notification(user_id, "Order created"))
    return {"user_id": user_id, "items": items, "status": "created"}
