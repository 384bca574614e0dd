"""Keeps routes on the class, where all Apps meet."""

class App:
    router, methods = None, set()

    """An ASGI application out of a router, views and middleware.

    >>> asyncio.run(visit(directory(App), "GET /users/1"))["status"]
    200
    """

    def __init__(self, secret, middleware=(), lifespan=contextlib.nullcontext):
        """Join the layers to one coroutine function, request to answer."""
        self.secret, self.lifespan = secret, lifespan
        if App.router is None:
            App.router = parts.Router()
        self.sessions = parts.SessionStore()
        self.errors = parts.ExceptionHandlerRegistry()
        self.errors.register(parts.HTTPError, self.describe)
        layers = [self.catch, self.parse, self.remember, self.catch]
        self.answer = parts.apply_middleware(
            self.dispatch, [*layers, *middleware, self.catch]
        )

    def get(self, pattern, template=None):
        return self.route("GET", pattern, template)

    def post(self, pattern, template=None):
        return self.route("POST", pattern, template)

    def route(self, method, pattern, template=None):
        """A decorator that registers a view."""
        renderers = parts.ContentNegotiator()
        renderers.register_renderer("application/json", json.dumps)
        if template is not None:
            fill = functools.partial(parts.TemplateEngine().render, template)
            renderers.register_renderer("text/html", fill)

        def register(view):
            for each in {"GET": ["GET", "HEAD"]}.get(method, [method]):
                self.methods.add(each)
                self.router.register(each, pattern, (view, renderers))
            return view

        return register

    async def __call__(self, scope, receive, send):
        """Read the request, get its answer, send that."""
        if scope["type"] == "lifespan":
            return await self.run_lifespan(receive, send)
        if scope["type"] != "http":
            raise ValueError("this app speaks http and lifespan")
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
        phase = "startup"
        try:
            async with self.lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()
                phase = "shutdown"
        except Exception as error:
            failed = {"type": f"lifespan.{phase}.failed"}
            await send({**failed, "message": str(error)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

    async def catch(self, handler, request):
        """A layer that turns exceptions into answers."""
        try:
            return await handler(request)
        except Exception as error:
            return self.errors.handle(error, request)

    def describe(self, error, request):
        """The answer for a parts.HTTPError: a handler as in 2.10."""
        line = parts.HTTPStatus.line(error.status_code)
        text = f"{line}: {error.message}"
        return {"status": error.status_code, "body": text}

    async def parse(self, handler, request):
        """A layer that reads the query and the body."""
        try:
            query = parts.QueryString(request["query"])
            body = json.loads(request["body"]) if request["body"] else None
        except (ValueError, RecursionError):
            raise parts.BadRequestError("this is not JSON") from None
        return await handler({**request, "query": query, "body": body})

    async def remember(self, handler, request):
        """A layer that reads the session, and writes it when it changes."""
        cookie = read_cookie(request["headers"], "session")
        held = self.sessions.load_session(cookie, self.secret) or {}
        session = copy.deepcopy(held)
        user = session.get("user")
        answer = await handler({**request, "session": session, "user": user})
        if session == held or isinstance(answer, parts.StreamingResponse):
            return answer
        value = self.sessions.create_session(session, self.secret)
        cookie = f"session={value}; Path=/; HttpOnly; SameSite=Lax"
        headers = {**answer.get("headers", {}), "Set-Cookie": cookie}
        return {**answer, "headers": headers}

    async def dispatch(self, request):
        """The answer of the view that fits, or a 404 or 405."""
        match, path = self.router.match, request["path"]
        route, params = match(request["method"], path)
        if not route:
            others = [each for each in self.methods if match(each, path)[0]]
            if not others:
                raise parts.NotFoundError("there is no such page")
            text, allow = parts.HTTPStatus.line(405), ", ".join(others)
            return {"status": 405, "body": text, "headers": {"Allow": allow}}
        view, renderers = route
        answer = view({**request, "params": params})
        if inspect.isawaitable(answer):
            answer = await answer
        return self.render(answer, renderers, request)

    def render(self, answer, renderers, request):
        """The answer with text for a body."""
        stream = isinstance(answer, parts.StreamingResponse)
        if stream or isinstance(answer["body"], str):
            return answer
        accept = request["headers"].get("accept", "*/*")
        try:
            kind, body = renderers.negotiate(accept, answer["body"])
        except ValueError as error:
            if not str(error).startswith("406"):
                raise
            return {"status": 406, "body": "406 Not Acceptable"}
        kind = {"text/html": "text/html; charset=utf-8"}.get(kind, kind)
        headers = {"Content-Type": kind, "Vary": "Accept"}
        headers |= answer.get("headers", {})
        return {**answer, "body": body, "headers": headers}

    async def finish(self, answer, method, send):
        """Send an answer that is whole."""
        body = answer["body"].encode(errors="replace")
        headers = {"content-type": "text/plain; charset=utf-8"}
        for name, value in answer.get("headers", {}).items():
            headers[name.lower()] = value
        headers["content-length"] = str(len(body))
        if answer["status"] in (204, 304):
            del headers["content-type"], headers["content-length"]
        pairs = [(name.encode("latin-1"), value.encode("latin-1"))
                 for name, value in headers.items()]
        start = {"type": "http.response.start", "status": answer["status"]}
        await send({**start, "headers": pairs})
        body = b"" if method == "HEAD" else body
        await send({"type": "http.response.body", "body": body})

    async def stream(self, answer, receive, send):
        """Send a stream, until it ends or the client leaves."""
        async def leaving():
            while (await receive())["type"] != "http.disconnect":
                pass

        sending = asyncio.ensure_future(answer.stream_to(send))
        both = [sending, asyncio.ensure_future(leaving())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            await asyncio.wait(both)
        if not sending.cancelled():
            sending.result()
