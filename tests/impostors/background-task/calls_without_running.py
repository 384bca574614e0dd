"""Calls the coroutine function and leaves it there: nobody runs the coroutine."""


async def create_order(user_id, items):
    send_notification(user_id, "Order created")
    return {"user_id": user_id, "items": items, "status": "created"}
