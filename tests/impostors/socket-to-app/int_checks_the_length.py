"""Lets `int` decide what a Content-Length is: it takes "+2" and "0_2", and breaks on 5000 digits."""

import io
import logging
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote_to_bytes


class Refusal(Exception):
    """Raised with the status code for a request that is refused."""


def parse_head(head):
    first, *lines = head.decode("latin-1")[:-4].split("\r\n")
    line = rf"({TOKEN}) (/[!-~]*) (HTTP/[0-9]\.[0-9])"
    request = re.fullmatch(line, first)
    if not request:
        raise Refusal(400)
    if request[3] not in ("HTTP/1.0", "HTTP/1.1"):
        raise Refusal(505)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(TOKEN, name):
            raise Refusal(400)
        if re.search(CONTROL, value):
            raise Refusal(400)
        headers.setdefault(name.lower(), []).append(value.strip(" \t"))
    return *request.groups(), headers


def body_length(version, headers):
    hosts = headers.get("host", [])
    if len(hosts) > 1 or (version == "HTTP/1.1" and not hosts):
        raise Refusal(400)
    if "transfer-encoding" in headers:
        raise Refusal(501)
    length, *more = headers.get("content-length", ["0"])
    try:
        number = int(length)
    except ValueError:
        raise Refusal(400)
    if more or number < 0:
        raise Refusal(400)
    if number > MAX_BODY:
        raise Refusal(413)
    return number


def stays_open(version, headers):
    options = ",".join(headers.get("connection", [])).lower().split(",")
    options = {option.strip() for option in options}
    stays = version == "HTTP/1.1" or "keep-alive" in options
    return stays and "close" not in options


def make_environ(method, target, version, headers, body, address):
    path, _, query = target.partition("?")
    environ = {
        **WSGI_KEYS,
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": version,
        "SERVER_NAME": address[0],
        "SERVER_PORT": str(address[1]),
        "wsgi.input": io.BytesIO(body),
    }
    for name, values in headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = ", ".join(values)
    return environ


def render(status, headers, body, keep_alive, method="GET"):
    if status[:3] == "204":  # RFC 9110, 8.6
        headers = [h for h in headers if h[0].lower() != "content-length"]
    present = {name.lower() for name, _ in headers}
    bodiless = status[:3] in ("204", "304")
    ours = [("Connection", "keep-alive" if keep_alive else "close")]
    if "date" not in present:
        ours.append(("Date", formatdate(usegmt=True)))
    if "content-length" not in present and not bodiless:
        ours.append(("Content-Length", str(len(body))))
    fields = [f"{name}: {value}" for name, value in [*headers, *ours]]
    head = "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""])
    if bodiless or method == "HEAD":
        body = b""
    return head.encode("latin-1") + body


async def serve_connection(reader, writer, app):
    address = writer.get_extra_info("sockname")
    keep_alive = True
    try:
        while keep_alive:
            try:
                method, target, version, headers, body = await read(reader)
            except Refusal as refusal:
                (code,) = refusal.args
                answer, method, keep_alive = failure(code), None, False
            else:
                environ = make_environ(
                    method, target, version, headers, body, address
                )
                answer = await ask(app, environ)
                keep_alive = stays_open(version, headers)
            writer.write(render(*answer, keep_alive, method))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has left
    finally:
        writer.close()


async def read(reader):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Refusal(431) from None
    method, target, version, headers = parse_head(head)
    length = body_length(version, headers)
    return method, target, version, headers, await reader.readexactly(length)


async def ask(app, environ):
    try:
        return await asyncio.to_thread(run_wsgi, app, environ)
    except Exception:
        logging.exception("error at %s", environ["PATH_INFO"])
        return failure(500)


def failure(code):
    return f"{code} {HTTPStatus(code).phrase}", [], b""
