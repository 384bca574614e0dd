"""Awaits the notification: the customer waits for the mail server."""


async def create_order(user_id, items):
    await send_notification(user_id, "Order created")
    return {"user_id": user_id, "items": items, "status": "created"}
