"""Orders taken by uvicorn while the mail server is down, and what the loop of today does to tasks."""

import asyncio
import gc
import json
import time
import weakref

import httpx
import pytest

from webcourse import lab

SECONDS = 20
ORDERS = 10


class Shop:
    """An ASGI app: POST /orders creates an order, POST /mail lets the waiting mails go."""

    def __init__(self, names):
        self.create_order, self.log = names["create_order"], names["notification_log"]
        names["send_notification"] = self.send_when_possible
        self.replies = []  # weak: only the tasks refer to what they wait for

    async def send_when_possible(self, user_id, message):
        reply = asyncio.get_running_loop().create_future()
        self.replies.append(weakref.ref(reply))
        await reply
        self.log.append({"to": user_id, "msg": message})

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        if scope["path"] == "/orders":
            answer = await self.create_order(**json.loads(body))
        else:
            gc.collect()
            waiting = [reply for ref in self.replies if (reply := ref())]
            for reply in waiting:
                reply.set_result(None)
            answer = len(waiting)
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def wait_until(condition):
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_orders_are_answered_before_and_mails_sent_after_the_mail_server_is_up(answer):
    names = answer("background-task")
    shop = Shop(names)
    with lab.serve(shop) as url, httpx.Client(base_url=url, timeout=SECONDS, trust_env=False) as client:
        for user_id in range(ORDERS):
            order = {"user_id": user_id, "items": ["widget"]}
            assert client.post("/orders", json=order).json() == order | {"status": "created"}
        assert shop.log == []
        assert client.post("/mail").json() == ORDERS  # none was collected
        assert wait_until(lambda: len(shop.log) == ORDERS)
        assert wait_until(lambda: not names["background_tasks"])
    assert shop.log == [{"to": n, "msg": "Order created"} for n in range(ORDERS)]


@pytest.mark.parametrize("keep", [True, False])
def test_the_loop_refers_to_a_waiting_task_only_weakly(keep):
    """The fact on which the exercise rests."""

    async def waiting_after_a_collection():
        kept, tasks = set(), []

        async def wait():
            await asyncio.get_running_loop().create_future()

        asyncio.get_running_loop().set_exception_handler(lambda *about: None)
        for _ in range(ORDERS):
            task = asyncio.create_task(wait())
            tasks.append(weakref.ref(task))
            if keep:
                kept.add(task)
        del task
        await asyncio.sleep(0)
        gc.collect()
        return sum(ref() is not None for ref in tasks)

    assert asyncio.run(waiting_after_a_collection()) == (ORDERS if keep else 0)
