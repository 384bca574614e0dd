"""Keeps one task and awaits it before the next order: its error reaches the wrong customer."""

previous = None


async def create_order(user_id, items):
    global previous
    if previous and previous.get_loop() is asyncio.get_running_loop():
        await previous
    previous = asyncio.create_task(send_notification(user_id, "Order created"))
    return {"user_id": user_id, "items": items, "status": "created"}
