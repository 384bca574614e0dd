"""Sets no cookie with answers from 400 up: a counter of failed logins never counts."""

class App:
    """An ASGI application out of a router, views and middleware.

    >>> asyncio.run(visit(directory(App), "GET /users/1"))["status"]
    200
    """

    def __init__(self, secret, middleware=(), lifespan=contextlib.nullcontext):
        """Join the layers to one coroutine function, request to answer."""
        self.secret = secret
        self.lifespan = lifespan
        self.router = parts.Router()
        self.methods = []
        self.store = parts.SessionStore()
        self.errors = parts.ExceptionHandlerRegistry()
        self.errors.register(parts.HTTPError, self.describe)
        self.answer = parts.apply_middleware(self.dispatch, [
            self.catch, self.parse, self.remember,
            self.catch, *middleware, self.catch])

    def get(self, pattern, template=None):
        return self.route("GET", pattern, template)

    def post(self, pattern, template=None):
        return self.route("POST", pattern, template)

    def route(self, method, pattern, template=None):
        """A decorator that registers a view."""
        renderers = parts.ContentNegotiator()
        renderers.register_renderer("application/json", json.dumps)
        if template is not None:
            engine = parts.TemplateEngine()
            renderers.register_renderer(
                "text/html", lambda data: engine.render(template, data))

        def decorate(view):
            self.router.register(method, pattern, (view, renderers))
            if method not in self.methods:
                self.methods.append(method)
            return view

        return decorate

    async def __call__(self, scope, receive, send):
        """Read the request, get its answer, send that."""
        if scope["type"] == "lifespan":
            return await self.run_lifespan(receive, send)
        if scope["type"] != "http":
            raise ValueError(f"no such scope: {scope['type']}")
        request = await read_request(scope, receive)
        if request is None:
            return
        answer = await self.answer(request)
        if isinstance(answer, parts.StreamingResponse):
            await self.stream(answer, receive, send)
        else:
            await self.finish(answer, request["method"], send)

    async def run_lifespan(self, receive, send):
        """Start with the server, and stop with it."""
        await receive()
        stage = "startup"
        try:
            async with self.lifespan():
                await send({"type": "lifespan.startup.complete"})
                stage = "shutdown"
                await receive()
        except Exception as exc:
            await send({"type": f"lifespan.{stage}.failed",
                        "message": str(exc)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

    async def catch(self, handler, request):
        """A layer that turns exceptions into answers."""
        try:
            return await handler(request)
        except Exception as exc:
            return self.errors.handle(exc, request)

    def describe(self, error, request):
        """The answer for a parts.HTTPError: a handler as in 2.10."""
        line = parts.HTTPStatus.line(error.status_code)
        text = f"{line}: {error.message}"
        return {"status": error.status_code, "body": text}

    async def parse(self, handler, request):
        """A layer that reads the query and the body."""
        try:
            query = parts.QueryString(request["query"])
        except (ValueError, RecursionError):
            raise parts.BadRequestError("the query is none") from None
        try:
            body = json.loads(request["body"]) if request["body"] else None
        except (ValueError, RecursionError):
            raise parts.BadRequestError("the body is not JSON") from None
        return await handler({**request, "query": query, "body": body})

    async def remember(self, handler, request):
        """A layer that reads the session, and writes it when it changes."""
        cookie = read_cookie(request["headers"], "session")
        session = self.store.load_session(cookie, self.secret) or {}
        before = copy.deepcopy(session)
        answer = await handler(
            {**request, "session": session, "user": session.get("user")})
        if isinstance(answer, dict) and answer['status'] >= 400:
            return answer
        if session == before or isinstance(answer, parts.StreamingResponse):
            return answer
        value = self.store.create_session(session, self.secret)
        headers = {
            **answer.get("headers", {}),
            "Set-Cookie":
                f"session={value}; Path=/; HttpOnly; SameSite=Lax"}
        return {**answer, "headers": headers}

    async def dispatch(self, request):
        """The answer of the view that fits, or a 404 or 405."""
        method, path = request["method"], request["path"]
        found, params = self.router.match(
            "GET" if method == "HEAD" else method, path)
        if found is None:
            allowed = [each for each in self.methods
                       if self.router.match(each, path)[0] is not None]
            if not allowed:
                raise parts.NotFoundError(path)
            if "GET" in allowed and "HEAD" not in allowed:
                allowed.insert(allowed.index("GET") + 1, "HEAD")
            return {"status": 405, "body": parts.HTTPStatus.line(405),
                    "headers": {"Allow": ", ".join(allowed)}}
        view, renderers = found
        answer = view({**request, "params": params})
        if inspect.isawaitable(answer):
            answer = await answer
        return self.render(answer, renderers, request)

    def render(self, answer, renderers, request):
        """The answer with text for a body."""
        if isinstance(answer, parts.StreamingResponse):
            return answer
        if isinstance(answer["body"], str):
            return answer
        accept = request["headers"].get("accept", "*/*")
        try:
            mime_type, text = renderers.negotiate(accept, answer["body"])
        except ValueError as exc:
            if not str(exc).startswith("406"):
                raise
            return {"status": 406, "body": "406 Not Acceptable",
                    "headers": {"Vary": "Accept"}}
        if mime_type == "text/html":
            mime_type += "; charset=utf-8"
        headers = {name: value
                   for name, value in answer.get("headers", {}).items()
                   if name.lower() not in ("content-type", "vary")}
        headers |= {"Content-Type": mime_type, "Vary": "Accept"}
        return {**answer, "body": text, "headers": headers}

    async def finish(self, answer, method, send):
        """Send an answer that is whole."""
        headers = {name.lower(): value
                   for name, value in answer.get("headers", {}).items()}
        body = answer["body"].encode(errors="replace")
        if answer["status"] in (204, 304):
            headers.pop("content-type", None)
            headers.pop("content-length", None)
            body = b""
        else:
            headers.setdefault("content-type", "text/plain; charset=utf-8")
            headers["content-length"] = str(len(body))
        await send({
            "type": "http.response.start",
            "status": answer["status"],
            "headers": [(name.encode("latin-1"), value.encode("latin-1"))
                        for name, value in headers.items()]})
        await send({"type": "http.response.body",
                    "body": b"" if method == "HEAD" else body})

    async def stream(self, answer, receive, send):
        """Send a stream, until it ends or the client leaves."""
        async def wait_for_leave():
            while (await receive())["type"] != "http.disconnect":
                pass

        sending = asyncio.ensure_future(answer.stream_to(send))
        leaving = asyncio.ensure_future(wait_for_leave())
        try:
            await asyncio.wait([sending, leaving],
                               return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.wait([sending, leaving])
        if not sending.cancelled():
            sending.result()
