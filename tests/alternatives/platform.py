"""Closures and a table of failures; each endpoint is a coroutine function of its own."""

import json


class Opening(Exception):
    """The circuit is open."""


class Platform:
    def __init__(self, parts, settings, connect, upstream):
        self._settings, self._parts, self._phase = settings, parts, "new"
        self._bucket = parts.TokenBucketRateLimiter(capacity=settings.burst, refill_rate=settings.refill)
        self._pool = parts.AsyncConnectionPool(connect, min_size=1, max_size=settings.connections)
        self._queue = parts.BackgroundTaskQueue()
        self._once = parts.IdempotencyCache(ttl=settings.key_ttl)
        self._rates = parts.AsyncTTLCache(ttl_seconds=settings.rate_ttl)
        self._circuit = parts.CircuitBreaker(settings.failures, settings.recovery)
        self._upstream = upstream
        self._endpoints = {"rate": self._show_rate, "charge": self._take_charge}

        async def ledger():
            async with self._pool.acquire(settings.patience) as conn:
                await check_ledger(conn)

        async def circuit():
            if self._circuit.state == "OPEN":
                raise RuntimeError("open")

        self._health = parts.HealthChecker(timeout=settings.patience)
        self._health.register("database", ledger, True)
        self._health.register("upstream", circuit)

    async def start(self):
        await asyncio.gather(self._pool.start(), self._queue.start(self._settings.workers))
        self._phase = "open"

    async def stop(self):
        self._phase = "stopping"
        try:
            await self._queue.stop()
        finally:
            await self._pool.close()

    async def handle(self, request):
        if request["endpoint"] == "healthz":
            return reply({"status": "alive"})
        try:
            if self._phase != "open":
                return Problem(503, retry_after=1).answer()
            if request["endpoint"] == "ready":
                return await self._report()
            user, refusal = self._who(request["headers"])
            if refusal is not None:
                return Problem(401, challenge=refusal).answer()
            if not self._bucket.is_allowed(f"user {user}"):
                return Problem(429, retry_after=1 / self._settings.refill).answer()
            return await self._endpoints[request["endpoint"]](user, request)
        except Problem as problem:
            return problem.answer()
        except Exception as error:
            logging.getLogger("platform").error("500", exc_info=error)
            return Problem(500, detail="Our fault.").answer()

    async def _report(self):
        report = await self._health.run_all()
        names = {each.name: each.status.value for each in report.components}
        answer = reply({"components": names, "status": report.overall.value})
        return {**answer, "status": {"unhealthy": 503}.get(report.overall.value, 200)}

    def _who(self, headers):
        """(user, None), or (None, the challenge)."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer":
            return None, 'Bearer realm="platform"'
        claims = self._parts.JWTMiddleware.verify_token(token, self._settings.secret)
        user = claims.get("sub") if claims else None
        if isinstance(user, str) and user != "":
            return user, None
        return None, 'Bearer realm="platform", error="invalid_token"'

    async def _ask(self, currency):
        return await asyncio.wait_for(self._upstream(currency), self._settings.patience)

    async def _fetch(self, currency):
        try:
            return await self._circuit.call(self._ask, currency)
        except RuntimeError as error:
            if "Circuit OPEN" in str(error):
                raise Opening from error
            raise

    async def _rate(self, currency, unknown):
        try:
            rate = await self._rates.get_or_fetch(currency, functools.partial(self._fetch, currency))
        except Opening:
            raise Problem(503, retry_after=self._settings.recovery) from None
        except (TimeoutError, ConnectionError, ValueError) as error:
            raise Problem(504 if isinstance(error, TimeoutError) else 502) from None
        if rate is None:
            raise Problem(unknown)
        return rate

    async def _show_rate(self, user, request):
        currency = request["currency"]
        return reply({"rate": await self._rate(currency, 404), "currency": currency})

    async def _take_charge(self, user, request):
        key = request["headers"].get("idempotency-key", "")
        if key == "":
            raise Problem(400)
        order = read_order(request["body"])

        async def charge(amount, currency):
            cents = round(await self._rate(currency, 422) * amount)
            try:
                async with self._pool.acquire(timeout=self._settings.patience) as conn:
                    made = await record_charge(conn, user, key, cents)
            except (sqlite3.OperationalError, TimeoutError):
                raise Problem(503, retry_after=1) from None
            self._queue.enqueue(write_receipt, self._pool, made["id"])
            return made

        try:
            made, again = await self._once.execute(json.dumps([user, key]), charge, *order)
        except ValueError:
            raise Problem(422) from None
        answer = reply(made, 201)
        answer["headers"].update({"Idempotent-Replayed": "true"} if again else {})
        return answer
