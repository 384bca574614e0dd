"""Reads into a buffer of its own, without `readuntil`, and keeps everything in one class."""

import asyncio
import datetime
import email.utils
import io
import re
import urllib.parse
import logging


REASONS = {
    400: "Bad Request",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}


class Gone(Exception):
    """The client has closed the connection."""


class Bad(Exception):
    def __init__(self, code):
        self.code = code


class Connection:
    def __init__(self, reader, writer, app):
        self.reader, self.writer, self.app = reader, writer, app
        self.buffer = bytearray()

    async def fill(self):
        data = await self.reader.read(4096)
        if not data:
            raise Gone
        self.buffer += data

    def take(self, size):
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    async def head(self):
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > MAX_HEAD:
                raise Bad(431)
            await self.fill()
        if end + 4 > MAX_HEAD:
            raise Bad(431)
        return self.take(end + 4)[:end].decode("iso-8859-1").split("\r\n")

    async def request(self):
        line, *fields = await self.head()
        parts = line.split(" ")
        if len(parts) != 3:
            raise Bad(400)
        self.method, target, self.version = parts
        if not re.fullmatch(TOKEN, self.method):
            raise Bad(400)
        if target[:1] != "/" or not target.isascii() or not target.isprintable():
            raise Bad(400)
        if self.version not in ("HTTP/1.0", "HTTP/1.1"):
            known = re.fullmatch("HTTP/[0-9][.][0-9]", self.version)
            raise Bad(505 if known else 400)
        self.fields = [self.field(text) for text in fields]
        hosts = self.values("host")
        if len(hosts) > 1 or not hosts and self.version == "HTTP/1.1":
            raise Bad(400)
        if self.values("transfer-encoding"):
            raise Bad(501)
        size = 0
        for number, text in enumerate(self.values("content-length")):
            if number or not text or set(text) - set("0123456789"):
                raise Bad(400)
            text = text.lstrip("0") or "0"
            if len(text) > len(str(MAX_BODY)) or int(text) > MAX_BODY:
                raise Bad(413)
            size = int(text)
        while len(self.buffer) < size:
            await self.fill()
        return self.environ(target, self.take(size))

    def field(self, text):
        match = re.match(rf"({TOKEN}):", text)
        value = text[match.end():] if match else "\0"
        if re.search(CONTROL, value):
            raise Bad(400)
        return match[1].lower(), value.strip(" \t")

    def values(self, name):
        return [value for key, value in self.fields if key == name]

    def environ(self, target, body):
        path, mark, query = target.partition("?")
        host, port = self.writer.get_extra_info("sockname")[:2]
        environ = dict(WSGI_KEYS)
        environ["REQUEST_METHOD"] = self.method
        environ["SERVER_PROTOCOL"] = self.version
        environ["SERVER_NAME"] = host
        environ["SERVER_PORT"] = f"{port}"
        environ["PATH_INFO"] = urllib.parse.unquote(path, "iso-8859-1")
        environ["QUERY_STRING"] = query
        environ["wsgi.input"] = io.BytesIO(body)
        for name, value in self.fields:
            key = name.replace("-", "_").upper()
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
            environ[key] = f"{environ[key]}, {value}" if key in environ else value
        return environ

    @property
    def keep_alive(self):
        words = [w.strip().lower() for v in self.values("connection") for w in v.split(",")]
        if "close" in words:
            return False
        return self.version == "HTTP/1.1" or "keep-alive" in words

    async def respond(self, status, headers, body, keep_alive):
        if status.startswith("204"):
            headers = [(k, v) for k, v in headers if k.lower() != "content-length"]
        given = {name.lower() for name, value in headers}
        out = [f"HTTP/1.1 {status}"] + [f"{name}: {value}" for name, value in headers]
        if "date" not in given:
            now = datetime.datetime.now(datetime.timezone.utc)
            out.append("Date: " + email.utils.format_datetime(now, usegmt=True))
        if status[:3] in ("204", "304"):
            body = b""
        elif "content-length" not in given:
            out.append(f"Content-Length: {len(body)}")
        out.append("Connection: " + ("keep-alive" if keep_alive else "close"))
        if self.method == "HEAD":
            body = b""
        self.writer.write("\r\n".join(out).encode("iso-8859-1") + b"\r\n\r\n" + body)
        await self.writer.drain()

    async def serve(self):
        while True:
            self.method = ""
            try:
                environ = await self.request()
            except Bad as bad:
                text = [("Content-Type", "text/plain")]
                await self.respond(f"{bad.code} {REASONS[bad.code]}", text, b"refused\n", False)
                return
            loop = asyncio.get_running_loop()
            try:
                answer = await loop.run_in_executor(None, run_wsgi, self.app, environ)
            except Exception:
                logging.getLogger("server").error("broken app", exc_info=True)
                answer = "500 " + REASONS[500], [("Content-Type", "text/html")], b"<h1>Sorry</h1>"
            await self.respond(*answer, self.keep_alive)
            if not self.keep_alive:
                return


async def serve_connection(reader, writer, app):
    try:
        await Connection(reader, writer, app).serve()
    except (Gone, OSError):
        pass
    finally:
        writer.close()
