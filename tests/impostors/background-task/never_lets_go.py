"""Keeps every task for ever: the list grows with each order."""

tasks = []


async def create_order(user_id, items):
    tasks.append(asyncio.create_task(send_notification(user_id, "Order created")))
    return {"user_id": user_id, "items": items, "status": "created"}
