"""Keeps the tasks by number, and logs a notification that failed."""

import itertools
import logging

under_way = {}
numbers = itertools.count()


async def create_order(user_id, items):
    number = next(numbers)
    under_way[number] = asyncio.ensure_future(send_notification(user_id, "Order created"))

    def done(task):
        del under_way[number]
        if not task.cancelled() and task.exception():
            logging.getLogger("orders").error("user %s: %s", user_id, task.exception())

    under_way[number].add_done_callback(done)
    return dict(user_id=user_id, items=items, status="created")
