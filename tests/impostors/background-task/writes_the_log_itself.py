"""Writes the log before it answers, and so sends nothing."""


async def create_order(user_id, items):
    notification_log.append({"to": user_id, "msg": "Order created"})
    return {"user_id": user_id, "items": items, "status": "created"}
