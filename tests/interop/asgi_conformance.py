"""A referee for ASGI apps: it plays the server, in virtual time, and names the rule that an app breaks.

    exchange = meet(app, "POST", "/users", body=[b"one", b"two"])
    assert (exchange.status, exchange.body) == (200, b"…")

    exchange = meet(app, leaves=2.5)            # the client leaves after 2.5 virtual seconds
    assert exchange.left

    assert refuses(app, "websocket")            # raises an exception, and sends nothing

    async def visit():                          # several requests between startup and shutdown
        async with lifespan(app) as supported:
            return supported, await converse(app, "GET", "/")
    in_virtual_time(visit)

A `Breach` says what is wrong. The rules are those of the ASGI specification 3.0 and its HTTP part:
the order of the messages and nothing after the end, their types, header names as lower-case bytes,
a content-length that counts the bytes, a disconnect that ends the app. Three rules are ours, since a
server cannot live with less: an app returns (it does not wait for ever), it leaves no task behind,
and it closes the async generators that it has begun.
"""

import asyncio
import contextlib
import math
import re
import sys
from dataclasses import dataclass, field

from webcourse import lab
from webcourse.lab.loops import VirtualTimeError

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")  # of RFC 9110, 5.6.2, without capitals
NO_BODY = {204, 304}
CLOSING = "raises", "silent"  # what `send` does when the client is gone


class Breach(AssertionError):
    """The app breaks a rule of ASGI."""


class ClientLeft(OSError):
    """What `send` raises when the client is gone, as servers of version 2.4 do."""


@dataclass
class Exchange:
    """What came of one request."""

    status: int | None = None
    headers: list = field(default_factory=list)  # of (name, value), both bytes
    chunks: list = field(default_factory=list)  # the bodies of the messages, as they came
    times: list = field(default_factory=list)  # the virtual seconds at which they did
    received: list = field(default_factory=list)  # the types of what the app was told
    complete: bool = False  # whether the last message has come
    left: bool = False  # whether the client had left before
    error: Exception | None = None  # what the app raised
    seconds: float = 0  # how long the app ran

    @property
    def body(self):
        return b"".join(self.chunks)

    def header(self, name):
        """The values of a header, joined with commas. None without it."""
        values = [value for each, value in self.headers if each == name.encode()]
        return b", ".join(values).decode("latin-1") if values else None


# ------------------------------------------------------------------ for tests


def in_virtual_time(function, *args, **options):
    """What the coroutine function returns, run in a virtual time of its own."""
    try:
        with lab.virtual_time():
            return asyncio.run(function(*args, **options))
    except VirtualTimeError as error:
        raise Breach(f"the app never returns: {error}") from None


def meet(app, *args, **options):
    """`converse` from outside a loop."""
    return in_virtual_time(converse, app, *args, **options)


def refuses(app, protocol, first="connect"):
    """Whether the app raises an exception for a protocol, and sends nothing.

    Raises:
        Breach: when it sends something and raises an exception then.
    """
    return in_virtual_time(_refuses, app, protocol, first)


async def converse(  # noqa: PLR0913
    app, method="GET", path="/", *, query=b"", headers=(), body=(b"",), truncated=False,
    leaves=None, closing="silent", network=0, raises=False, version="2.3",
):  # fmt: skip
    """Make one request, and watch.

    Args:
        body (iterable): the pieces of the request's body, one `http.request` each.
        truncated (bool): whether the client leaves instead of ending the body.
        leaves (float): seconds after which the client leaves. None: it waits for the answer.
        closing (str): what `send` does then: "raises" an OSError, or is "silent".
        network (float): seconds that each `send` takes.
        raises (bool): whether the app may raise an exception.
        version (str): of the HTTP part of the specification.

    Returns:
        Exchange

    Raises:
        Breach: when the app breaks a rule.
        Exception: what the app raises, unless *raises* allows it or the client had left.
    """
    assert closing in CLOSING, closing
    connection = _Connection(body, truncated, closing, network, method)
    scope = http_scope(method, path, query=query, headers=headers, version=version)
    loop, exchange = asyncio.get_running_loop(), connection.exchange
    began, tasks = loop.time(), asyncio.all_tasks()
    timer = loop.call_later(leaves, connection.leave) if leaves is not None else None
    with _begun_generators() as generators:
        try:
            result = await app(scope, connection.receive, connection.send)
            connection.expect(result is None, f"the app returns {result!r}; it has to return None")
        except (Breach, VirtualTimeError):
            raise
        except Exception as error:
            exchange.error = error
    exchange.seconds = round(loop.time() - began, 3)
    exchange.times = [round(time - began, 3) for time in exchange.times]
    if timer:
        timer.cancel()
    open_generators = await _close(generators)
    left_behind = asyncio.all_tasks() - tasks
    names = ", ".join(sorted(task.get_coro().__qualname__ for task in left_behind))
    connection.expect(not left_behind, f"tasks are left behind: {names}")
    connection.expect(not open_generators, f"generators are left open: {', '.join(open_generators)}")
    if connection.breaches:  # also those that the app has caught
        raise Breach(connection.breaches[0])
    if exchange.error and not raises and not exchange.left:
        raise exchange.error
    if not exchange.error and not exchange.left and not exchange.complete:
        at = "starting" if exchange.status is None else "completing"
        raise Breach(f"the app returns without {at} an answer")
    return exchange


@contextlib.asynccontextmanager
async def lifespan(app):
    """Start the app, and shut it down at the end of the block.

    Yields:
        bool: whether the app speaks lifespan; if not, it has to say so by an exception.

    Raises:
        Breach: when the app returns without a word, or answers something else.
    """
    inbox, outbox = asyncio.Queue(), asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}

    async def run():
        error = None
        try:
            await app(scope, inbox.get, outbox.put)
        except Exception as raised:
            error = raised
        await outbox.put({"type": "ended", "error": error})

    async def ask(phase):
        await inbox.put({"type": f"lifespan.{phase}"})
        answer = await outbox.get()
        if answer["type"] not in (f"lifespan.{phase}.complete", "ended"):
            raise Breach(f"the app answers lifespan.{phase} with {answer}")
        return answer

    running = asyncio.create_task(run())
    try:
        answer = await ask("startup")
        if answer["type"] == "ended":
            if answer["error"] is None:
                raise Breach("the app returns from lifespan without a word; it has to refuse")
            yield False
            return
        yield True
        answer = await ask("shutdown")
        if answer["type"] == "ended":
            raise Breach(f"the app ends before shutdown is complete: {answer['error']!r}")
        answer = await outbox.get()
        if answer["type"] != "ended" or answer["error"]:
            raise Breach(f"after shutdown the app does not return, but: {answer}")
    finally:
        running.cancel()
        await asyncio.wait([running])


def http_scope(method="GET", path="/", *, query=b"", headers=(), version="2.3"):
    """The scope of a request, with every key that the specification knows but the extensions."""
    fields = [(b"host", b"testserver"), *headers]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": version},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(name, value) for name, value in fields],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80),
    }


# ------------------------------------------------------------------ the server's side


class _Connection:
    """`receive` and `send` of one request, and what is wrong with their use."""

    def __init__(self, body, truncated, closing, network, method):
        self.exchange, self.breaches = Exchange(), []
        self._pieces, self._truncated = [bytes(piece) for piece in body], truncated
        self._closing, self._network, self._method = closing, network, method
        self._over = asyncio.Event()  # the answer is complete, or the client has left
        self._length = None  # what content-length announces

    def expect(self, kept, otherwise):
        """Note a breach, and tell the app in the way of a server: by an exception."""
        if not kept:
            self.breaches.append(otherwise)
            raise Breach(otherwise)

    def leave(self):
        if not self.exchange.complete:
            self.exchange.left = True
        self._over.set()

    async def receive(self):
        message = await self._next()
        self.exchange.received.append(message["type"])
        return message

    async def _next(self):
        await asyncio.sleep(0)
        if self._pieces and not self._over.is_set():
            piece = self._pieces.pop(0)
            more = bool(self._pieces) or self._truncated
            return {"type": "http.request", "body": piece, "more_body": more}
        if self._truncated:
            self.leave()
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self._check_message(message)
        await asyncio.sleep(self._network)
        if self.exchange.left:
            if self._closing == "raises":
                raise ClientLeft("the client has left")
            return
        if message["type"] == "http.response.start":
            self._start(message)
        else:
            self._body(message)

    def _check_message(self, message):
        self.expect(type(message) is dict, f"a message is a dict, not {message!r}")
        kind = message.get("type")
        known = kind in ("http.response.start", "http.response.body")
        self.expect(known, f"no message of HTTP: {kind!r}")
        self.expect(not self.exchange.complete, f"{kind} after the end of the answer")
        wrong = next(_not_serializable(message), None)
        self.expect(wrong is None, f"{kind} holds what no message can hold: {wrong!r}")

    def _start(self, message):
        exchange = self.exchange
        self.expect(exchange.status is None, "http.response.start twice")
        status, headers = message.get("status"), message.get("headers", [])
        number = isinstance(status, int) and not isinstance(status, bool)
        self.expect(number, f"a status is an int, not {status!r}")
        self.expect(200 <= status <= 599, f"no status of an answer: {status}")
        for header in headers:
            self._check_header(header)
        exchange.status, exchange.headers = status, [(bytes(n), bytes(v)) for n, v in headers]
        lengths = [value for name, value in exchange.headers if name == b"content-length"]
        self.expect(len(lengths) < 2, "content-length twice")
        self.expect(all(value.isdigit() for value in lengths), f"no content-length: {lengths}")
        self.expect(not lengths or status != 204, "content-length with a 204 (RFC 9110, 8.6)")
        self._length = int(lengths[0]) if lengths else None

    def _check_header(self, header):
        pair = isinstance(header, (list, tuple)) and len(header) == 2
        self.expect(pair, f"a header is a pair, not {header!r}")
        name, value = header
        self.expect(type(name) is type(value) is bytes, f"a header is made of bytes, not {header!r}")
        self.expect(TOKEN.fullmatch(name), f"no header name in lower case: {name!r}")
        self.expect(not re.search(rb"[\r\n\0]", value), f"a line end in a header: {value!r}")
        self.expect(value == value.strip(), f"spaces around the value of a header: {value!r}")

    def _body(self, message):
        exchange = self.exchange
        self.expect(exchange.status is not None, "http.response.body before http.response.start")
        body, more = message.get("body", b""), message.get("more_body", False)
        self.expect(type(body) is bytes, f"a body is bytes, not {body!r}")
        self.expect(type(more) is bool, f"more_body is a bool, not {more!r}")
        self.expect(not (body and exchange.status in NO_BODY), f"a {exchange.status} has no body")
        exchange.chunks.append(body)
        exchange.times.append(asyncio.get_running_loop().time())
        exchange.complete = not more
        if exchange.complete:
            self._over.set()
        sent, due = len(exchange.body), self._length
        if due is not None and self._method != "HEAD" and exchange.status not in NO_BODY:
            self.expect(sent <= due, f"content-length announces {due} bytes, {sent} are sent")
            self.expect(more or sent == due, f"content-length announces {due} bytes, {sent} are sent")


def _not_serializable(value):
    """Yield what ASGI does not allow in a message."""
    if isinstance(value, dict):
        yield from (key for key in value if not isinstance(key, str))
        for each in value.values():
            yield from _not_serializable(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _not_serializable(each)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield value
    elif value is not None and not isinstance(value, (bytes, str, int)):
        yield value


async def _refuses(app, protocol, first):
    """What `refuses` returns."""
    sent, told = [], iter([{"type": f"{protocol}.{first}"}])
    scope = {"type": protocol, "asgi": {"version": "3.0"}, "path": "/", "headers": []}

    async def receive():
        return next(told, None) or await asyncio.get_running_loop().create_future()

    async def send(message):
        sent.append(message.get("type"))

    try:
        await app(scope, receive, send)
    except Exception:
        if sent:
            raise Breach(f"the app sends {sent} before it refuses {protocol}") from None
        return True
    return False


@contextlib.contextmanager
def _begun_generators():
    """Collect the async generators whose first item is asked for in the block, and keep them alive:
    what only the garbage collector closes is closed too late."""
    before, begun = sys.get_asyncgen_hooks(), []

    def first_item(generator):
        begun.append(generator)
        if before.firstiter:
            before.firstiter(generator)

    sys.set_asyncgen_hooks(firstiter=first_item, finalizer=before.finalizer)
    try:
        yield begun
    finally:
        sys.set_asyncgen_hooks(*before)


async def _close(generators):
    """Close the generators. Returns the names of those that were open."""
    still_open = [each for each in generators if each.ag_frame is not None]
    for each in still_open:
        with contextlib.suppress(Exception):
            await each.aclose()
    return sorted(each.__qualname__ for each in still_open)
