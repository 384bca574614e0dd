"""Closures instead of layers; a route is registered with all that finishes its answers."""

import http


class App:
    def __init__(self, secret, middleware=(), lifespan=contextlib.nullcontext):
        self._secret, self._enter_lifespan = secret, lifespan
        self._store, self._router = parts.SessionStore(ttl=3600), parts.Router()
        self._known_methods = {}
        self.errors = parts.ExceptionHandlerRegistry()
        self.errors.register(parts.HTTPError, self.describe)
        inside = self._guarded(self._find)
        self._outside = self._guarded(parts.apply_middleware(inside, middleware) if middleware else inside)

    def describe(self, error, request):
        code = error.status_code
        return self._plain(code, f"{parts.HTTPStatus.line(code)}: {error.message}")

    @staticmethod
    def _plain(status, text, **headers):
        return {"status": int(status), "body": text, "headers": headers}

    def _guarded(self, handler):
        async def guarded(request):
            try:
                return await handler(request)
            except Exception as error:
                return self.errors.handle(error, request)

        return guarded

    # ---- routes

    def get(self, pattern, template=None):
        return self.route("GET", pattern, template)

    def post(self, pattern, template=None):
        return self.route("POST", pattern, template)

    def route(self, method, pattern, template=None):
        def decorate(view):
            self._known_methods[method] = None
            self._router.register(method, pattern, self._endpoint(view, template))
            return view

        return decorate

    def _endpoint(self, view, template):
        offers = parts.ContentNegotiator()
        offers.register_renderer(
            "application/json", lambda data: ("application/json", json.dumps(data))
        )
        if template is not None:
            offers.register_renderer(
                "text/html",
                lambda data: (
                    "text/html; charset=utf-8", parts.TemplateEngine().render(template, data)
                ),
            )

        async def endpoint(request):
            answer = view(request)
            if hasattr(answer, "__await__"):
                answer = await answer
            if isinstance(answer, parts.StreamingResponse) or type(answer["body"]) is str:
                return answer
            headers = dict(answer.get("headers") or {})
            try:
                _, (kind, text) = offers.negotiate(
                    request["headers"].get("accept", "*/*"), answer["body"]
                )
            except ValueError as refusal:
                if str(refusal)[:3] == "406":
                    return self._plain(http.HTTPStatus.NOT_ACCEPTABLE, "406 Not Acceptable")
                raise
            return {
                "status": answer["status"], "body": text,
                "headers": {"Vary": "Accept", "Content-Type": kind, **headers},
            }

        return endpoint

    async def _find(self, request):
        asked = request["method"].replace("HEAD", "GET")
        fitting = {}
        for method in self._known_methods:
            endpoint, params = self._router.match(method, request["path"])
            if endpoint is not None:
                fitting[method] = endpoint, params
        if asked in fitting:
            endpoint, params = fitting[asked]
            return await endpoint(dict(request, params=params))
        if not fitting:
            raise parts.NotFoundError("nobody knows this path")
        allow = [*fitting, *(["HEAD"] if "GET" in fitting else [])]
        return self._plain(405, parts.HTTPStatus.line(405), Allow=",".join(allow))

    # ---- ASGI

    async def __call__(self, scope, receive, send):
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self._lifespan(receive, send)
            case other:
                raise NotImplementedError(other)

    async def _lifespan(self, receive, send):
        stack = contextlib.AsyncExitStack()
        for phase, step in (
            ("startup", lambda: stack.enter_async_context(self._enter_lifespan())),
            ("shutdown", stack.aclose),
        ):
            assert (await receive())["type"] == f"lifespan.{phase}"
            try:
                await step()
            except Exception as error:
                await send({"type": f"lifespan.{phase}.failed", "message": f"{error}"})
                return
            await send({"type": f"lifespan.{phase}.complete"})

    async def _http(self, scope, receive, send):
        request = await read_request(scope, receive)
        if not request:
            return
        kept = read_cookie(request["headers"], "session")
        before = self._store.load_session(kept, self._secret) or {}
        session = self._store.load_session(kept, self._secret) or {}
        request.update(session=session, user=before.get("user"))
        answer = await self._guarded(self._understand)(request)
        if isinstance(answer, parts.StreamingResponse):
            await self._stream(answer, receive, send)
            return
        headers = [("content-type", "text/plain; charset=utf-8")]
        own = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        if "content-type" in own:
            headers.clear()
        headers += own.items()
        if before != session:
            signed = self._store.create_session(session, self._secret)
            headers.append(("set-cookie", f"session={signed}; HttpOnly; SameSite=Lax; Path=/"))
        body = bytes(answer["body"], "utf-8", "replace")
        headers.append(("content-length", f"{len(body)}"))
        if answer["status"] in {204, 304}:
            headers = [pair for pair in headers if not pair[0].startswith("content-")]
        await send({
            "type": "http.response.start", "status": answer["status"],
            "headers": [[name.encode(), value.encode()] for name, value in headers],
        })
        await send({
            "type": "http.response.body", "more_body": False,
            "body": b"" if scope["method"] == "HEAD" else body,
        })

    async def _understand(self, request):
        body = None
        try:
            if request["body"]:
                body = json.loads(request["body"].decode())
            query = parts.QueryString(request["query"])
        except (ValueError, RecursionError) as error:
            raise parts.BadRequestError("not readable") from error
        return await self._outside(dict(request, body=body, query=query))

    async def _stream(self, answer, receive, send):
        async def hang_up(stream):
            while (await receive())["type"] != "http.disconnect":
                pass
            stream.cancel()

        stream = asyncio.create_task(answer.stream_to(send))
        watch = asyncio.create_task(hang_up(stream))
        try:
            await stream
        except asyncio.CancelledError:
            if not watch.done():
                stream.cancel()
                raise
        finally:
            watch.cancel()
