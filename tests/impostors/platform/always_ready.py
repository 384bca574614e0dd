"""/ready says that the process runs."""


class Platform:
    """The pieces of this notebook, around four endpoints.

    >>> platform = Platform(parts, PlatformSettings(), None, None)
    >>> asyncio.run(platform.handle({"endpoint": "healthz"}))["status"]
    200
    """

    def __init__(self, parts, settings, connect, upstream):
        """Make the pieces; nothing runs yet."""
        self.settings, self.upstream, self.open = settings, upstream, False
        s, self.verify = settings, parts.JWTMiddleware.verify_token
        self.bucket = parts.TokenBucketRateLimiter(s.burst, s.refill)
        self.keys = parts.IdempotencyCache(s.key_ttl)
        self.cache = parts.AsyncTTLCache(s.rate_ttl)
        self.breaker = parts.CircuitBreaker(s.failures, s.recovery)
        self.pool = parts.AsyncConnectionPool(connect, 1, s.connections)
        self.queue = parts.BackgroundTaskQueue()
        self.health = parts.HealthChecker(s.patience)
        self.health.register("database", self.check_database, critical=True)
        self.health.register("upstream", self.check_upstream, critical=False)

    async def start(self):
        """Open what has to be open before the first request."""
        await self.pool.start()
        await self.queue.start(self.settings.workers)
        self.open = True

    async def stop(self):
        """Take no more requests, finish what was promised, then close."""
        self.open = False
        await self.queue.stop()
        await self.pool.close()

    async def handle(self, request):
        """The answer to a request, whatever happens."""
        try:
            return await self.route(request)
        except Problem as problem:
            return problem.answer()
        except Exception:
            logging.exception("%s broke", request["endpoint"])
            return Problem(500).answer()

    async def route(self, request):
        """The answer of an endpoint, behind all that protects it."""
        if request["endpoint"] == "healthz":
            return reply({"status": "alive"})
        if not self.open:
            raise Problem(503, retry_after=1)
        if request["endpoint"] == "ready":
            return await self.ready()
        user = self.identify(request["headers"])
        if not self.bucket.is_allowed(user):
            raise Problem(429, retry_after=1 / self.settings.refill)
        if request["endpoint"] == "charge":
            return await self.charge(user, request)
        rate = await self.rate(request["currency"], unknown=404)
        return reply({"currency": request["currency"], "rate": rate})

    def identify(self, headers):
        """The user that a bearer token names."""
        token, realm = read_bearer(headers), 'Bearer realm="platform"'
        if token is None:
            raise Problem(401, challenge=realm)
        claims = self.verify(token, self.settings.secret) or {}
        if not claims.get("sub") or not isinstance(claims["sub"], str):
            raise Problem(401, challenge=f'{realm}, error="invalid_token"')
        return claims["sub"]

    async def ready(self):
        """The answer of /ready."""
        status = "healthy"
        found = {"database": status, "upstream": status}
        body = {"status": status, "components": found}
        return reply(body, 503 if status == "unhealthy" else 200)

    async def check_database(self):
        """Raises an exception where the ledger cannot be read."""
        async with self.pool.acquire(self.settings.patience) as conn:
            await check_ledger(conn)

    async def check_upstream(self):
        """Raises an exception while the circuit is open."""
        if self.breaker.state == self.breaker.OPEN:
            raise ConnectionError

    async def rate(self, currency, unknown):
        """What the upstream says, now or a while ago; *unknown* is the status
        for a currency that it does not know."""
        async def ask():
            async with asyncio.timeout(self.settings.patience):
                return await self.upstream(currency)

        until = {"retry_after": self.settings.recovery}
        with (
            told_as(504, TimeoutError),
            told_as(502, ConnectionError, ValueError),
            told_as(503, RuntimeError, text="Circuit OPEN", **until),
        ):
            rate = await self.cache.get_or_fetch(
                currency, lambda: self.breaker.call(ask)
            )
        if rate is None:
            raise Problem(unknown, detail="an unknown currency")
        return rate

    async def charge(self, user, request):
        """The answer to a charge, the first time or again."""
        key = request["headers"].get("idempotency-key")
        if not key:
            raise Problem(400, detail="no Idempotency-Key")
        order = user, key, *read_order(request["body"])
        with told_as(422, ValueError, detail="a key for another order"):
            charge, again = await self.keys.execute(
                (user, key), self.charge_once, *order
            )
        replayed = {"Idempotent_Replayed": "true"} if again else {}
        return reply(charge, 201, **replayed)

    async def charge_once(self, user, key, amount, currency):
        """Charge, and have the receipt written."""
        cents = round(amount * await self.rate(currency, unknown=422))
        busy = TimeoutError, sqlite3.OperationalError
        with told_as(503, *busy, retry_after=1):
            async with self.pool.acquire(self.settings.patience) as conn:
                charge = await record_charge(conn, user, key, cents)
        self.queue.enqueue(write_receipt, self.pool, charge["id"])
        return charge
        ### END SOLUTION
