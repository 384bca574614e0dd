"""Starts the task in a TaskGroup, whose block waits for it and raises its error."""


async def create_order(user_id, items):
    async with asyncio.TaskGroup() as group:
        group.create_task(send_notification(user_id, "Order created"))
    return {"user_id": user_id, "items": items, "status": "created"}
