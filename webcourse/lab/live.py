"""A student's app behind a real server, on 127.0.0.1, for as long as a block lasts.

    with serve(app) as url:
        print(httpx.get(url + "/users/1").status_code)

A WSGI app runs under the standard library's wsgiref, an ASGI app under uvicorn. The server lives
in threads with an event loop of its own, so it does not matter that the kernel's loop is patched.
What goes wrong in the app is answered with 500 and told in one line when the block ends.
"""

import contextlib
import inspect
import logging
import socket
import socketserver
import sys
import threading
import time
import traceback
from wsgiref import simple_server

from .clock import is_virtual
from .loops import ScriptLoop

HOST = "127.0.0.1"
START_SECONDS = 10
STOP_SECONDS = 3  # for requests that are still under way, and then for the app's own shutdown
MOST_NOTES = 5


@contextlib.contextmanager
def serve(app):
    """Run the block while *app* is served.

    Args:
        app: a WSGI application `app(environ, start_response)` or an ASGI application
            `async app(scope, receive, send)`.

    Yields:
        str: the server's address, such as `http://127.0.0.1:51234`.

    Raises:
        RuntimeError: in virtual time, or when an ASGI app refuses to start.
        TypeError: when *app* cannot be called.
    """
    if is_virtual():
        raise RuntimeError(
            "serve() needs real time, since a socket cannot wait in virtual time; "
            "move it out of the virtual_time() block"
        )
    if inspect.isclass(app) or not callable(app):
        raise TypeError(f"serve() needs an app to call, not {app!r}; give it a function or an instance")
    notes = _Notes()
    server = (_AsgiServer if is_asgi(app) else _WsgiServer)(app, notes)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
        notes.tell()


def is_asgi(app):
    """Whether *app* is an ASGI application: a coroutine function, or one of three arguments."""
    for function in (app, getattr(app, "__call__", None)):
        if inspect.iscoroutinefunction(function):
            return True
    try:
        inspect.signature(app).bind("scope", "receive", "send")
    except (TypeError, ValueError):
        return False
    try:
        inspect.signature(app).bind("environ", "start_response")
    except TypeError:
        return True
    return False


class _Notes:
    """What went wrong in the server's threads, told by the thread of the cell."""

    def __init__(self):
        self._lines = []

    def add(self, line):
        self._lines.append(line)

    def add_error(self, error, request):
        where, code, is_the_notebooks = "", None, False
        for frame, number in traceback.walk_tb(error.__traceback__):
            code, is_the_notebooks = frame.f_code, frame.f_globals.get("__name__") == "__main__"
            if is_the_notebooks:
                where = f" ({code.co_name}, line {number})"
        if is_the_notebooks and isinstance(error, NotImplementedError) and not error.args:  # a starter's
            name = code.co_qualname.replace("<locals>.", "")
            self.add(f"500 for {request}: {name}() is not written yet; put your code in its place")
            return
        text = " ".join(str(error).split())
        self.add(f"500 for {request}: {type(error).__name__}{': ' if text else ''}{text}{where}")

    def tell(self):
        for line in self._lines[:MOST_NOTES]:
            print(line)
        if len(self._lines) > MOST_NOTES:
            print(f"and {len(self._lines) - MOST_NOTES} more")


def _listening_socket():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((HOST, 0))  # any free port
    listener.listen(128)
    return listener


# ------------------------------------------------------------------ WSGI


class _WsgiServer(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app, notes):
        super().__init__((HOST, 0), _WsgiRequest)
        self.set_app(app)
        self.notes = notes
        self.url = f"http://{HOST}:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=[0.02], daemon=True)
        self._under_way = {}  # thread -> its connection

    def server_bind(self):
        """As inherited, but without asking a name server for the name of 127.0.0.1."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def start(self):
        self._thread.start()

    def stop(self):
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        for connection in list(self._under_way.values()):  # nobody waits for a client any more
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        deadline = time.monotonic() + STOP_SECONDS
        for thread in list(self._under_way):
            thread.join(max(0, deadline - time.monotonic()))
        if self._under_way:
            self.notes.add("a request was still under way at the end of the block")

    def process_request_thread(self, request, client_address):
        self._under_way[threading.current_thread()] = request
        try:
            super().process_request_thread(request, client_address)
        finally:
            del self._under_way[threading.current_thread()]

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # the client went away
            self.notes.add_error(error, "a request")


class _WsgiRequest(simple_server.WSGIRequestHandler):
    def handle(self):
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
        elif self.parse_request():
            response = _WsgiResponse(self.rfile, self.wfile, sys.stderr, self.get_environ())
            response.request_handler = self
            response.run(self.server.get_app())

    def log_message(self, *_):
        pass


class _WsgiResponse(simple_server.ServerHandler):
    os_environ = {}  # an `environ` that holds the request and nothing of the process

    def log_exception(self, exc_info):
        path = self.environ["PATH_INFO"].encode("latin-1", "replace").decode(errors="replace")
        request = f"{self.environ['REQUEST_METHOD']} {path}"
        self.request_handler.server.notes.add_error(exc_info[1], request)


# ------------------------------------------------------------------ ASGI


class _AsgiServer:
    def __init__(self, app, notes):
        import uvicorn

        self._app = app
        self._notes = notes
        self._refusal = None  # what the app said when it refused to start
        config = uvicorn.Config(
            self._guarded, interface="asgi3", http="h11", lifespan="auto",
            log_level="warning", log_config=None, proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._listener = _listening_socket()
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        # uvicorn installs no signal handlers outside the main thread
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        if not self._server.started:
            reason = self._refusal or f"it was not ready after {START_SECONDS} seconds"
            raise RuntimeError(f"the app refused to start: {reason}")

    def stop(self):
        self._server.should_exit = True
        self._thread.join(2 * STOP_SECONDS)
        self._listener.close()
        if self._thread.is_alive():
            self._notes.add("the app blocks its event loop; its server is left behind")

    def _run(self):
        loop = ScriptLoop()
        try:
            with self._logged(), contextlib.suppress(SystemExit):  # uvicorn's way to say no
                loop.run_until_complete(self._server.serve(sockets=[self._listener]))
        finally:
            with contextlib.suppress(Exception):
                loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _guarded(self, scope, receive, send):
        """The app, answering 500 for its errors."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._listen_for_refusal(send))
            return
        started = False

        async def watched(message):
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            self._notes.add_error(error, f"{scope.get('method', scope['type'])} {scope['path']}")
            if started or scope["type"] != "http":
                raise  # uvicorn cuts the connection
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"21")]
            await send({"type": "http.response.start", "status": 500, "headers": headers})
            await send({"type": "http.response.body", "body": b"Internal Server Error"})

    def _listen_for_refusal(self, send):
        async def listening(message):
            if message["type"] == "lifespan.startup.failed":
                self._refusal = message.get("message") or "it sent lifespan.startup.failed"
            await send(message)

        return listening

    @contextlib.contextmanager
    def _logged(self):
        """What uvicorn logs in this thread becomes a line; the app's errors were noted already."""
        logger = logging.getLogger("uvicorn.error")
        handler = logging.Handler()
        thread = threading.get_ident()

        def emit(record):
            if record.thread == thread and not record.exc_info:
                self._notes.add(f"uvicorn: {record.getMessage()}")

        handler.emit = emit
        logger.addHandler(handler)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(handler)
