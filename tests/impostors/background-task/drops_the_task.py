"""Drops the task: the loop refers to it only weakly, and the collector may take it."""


async def create_order(user_id, items):
    asyncio.create_task(send_notification(user_id, "Order created"))
    return {"user_id": user_id, "items": items, "status": "created"}
