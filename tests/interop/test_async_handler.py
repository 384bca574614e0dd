"""The handler behind uvicorn, asked by httpx."""

import asyncio
import inspect
import json

import httpx

from webcourse import lab

SECONDS = 20


def users_app(get_user, most):
    """An ASGI app for /users/N; *most* collects how many requests were under way."""
    under_way = 0

    async def app(scope, receive, send):
        nonlocal under_way
        if scope["type"] != "http":
            return
        under_way += 1
        most.append(under_way)
        answer = await get_user(int(scope["path"].rpartition("/")[2]))
        under_way -= 1
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def ask(url, user_ids):
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*[client.get(f"{url}/users/{n}") for n in user_ids])
    return [answer.json() for answer in answers]


def test_every_visitor_gets_the_right_user(answer):
    names = answer("async-handler")
    user_ids = [1, 2, 3, 99] * 5
    with lab.serve(users_app(names["get_user"], [])) as url:
        answers = asyncio.run(ask(url, user_ids))
    assert answers == [
        {"id": n, "name": names["DB"][n]} if n in names["DB"] else {"error": "not found"}
        for n in user_ids
    ]


def test_visitors_wait_together(answer):
    most = []
    with lab.serve(users_app(answer("async-handler")["get_user"], most)) as url:
        asyncio.run(ask(url, [1] * 20))
    assert len(most) == 20
    assert max(most) > 1  # a handler that blocks the loop never lets a second one in


def test_a_server_can_tell_that_it_is_a_coroutine_function(answer):
    assert inspect.iscoroutinefunction(answer("async-handler")["get_user"])
