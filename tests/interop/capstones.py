"""Capstones with parts of both kinds: spare ones, and the reference solutions of the exercises."""

from dataclasses import dataclass

import pytest

from tests.gallery import workbench
from webcourse import lab
from webcourse.lab import checks
from webcourse.lab.checks import Check, Verdict


@dataclass(frozen=True)
class Capstone:
    """A capstone that joins the pieces of other exercises."""

    slug: str
    pieces: dict  # name of a piece -> slug of the exercise that it is from

    def names(self, own, answers=None):
        """The names of the notebook after the capstone's answer, as a dict.

        Args:
            own (bool): with the exercises' solutions in place of the spare parts.
            answers (dict[str, str] | None): others than the reference solutions, by slug.
        """
        exercises, names, passed = workbench.all_exercises(), {"__name__": "__main__", "lab": lab}, {}
        for slug in set(self.pieces.values()) if own else ():
            answer = (answers or {}).get(slug, exercises[slug].solution)
            solved = workbench.namespace(exercises[slug], answer)
            names |= {name: solved[name] for name in self.pieces_of(slug)}
            for cell in (f"{slug}-basics", f"{slug}-details"):
                passed[cell] = Verdict("1.0", cell, 1, [Check("test_it", "rule", passed=True)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checks, "verdicts", passed)
            for source in (*exercises[self.slug].given, exercises[self.slug].solution):
                exec(compile(source, "<cell>", "exec"), names)
        return names

    def pieces_of(self, slug):
        """list[str]: the names of the pieces from an exercise."""
        return [name for name, origin in self.pieces.items() if origin == slug]

    def seen(self, names):
        """What the capstone's checks see in these names; all of them must pass."""
        tests = workbench.all_exercises()[self.slug].tests
        found = [checks.judge(source, names, "a seed") for source in tests]
        assert all(verdict.passed for verdict in found), "\n".join(sum(map(checks.report, found), []))
        return [(check.name, check.seen) for verdict in found for check in verdict.checks]


MINI_FRAMEWORK = Capstone(
    "mini-framework",
    {
        "HTTPStatus": "status-codes",
        "QueryString": "query-string",
        "Router": "router",
        "ContentNegotiator": "renderers",
        "require_auth": "view-decorators",
        "validate_json_body": "view-decorators",
        "TemplateEngine": "template-engine",
        "SessionStore": "signed-sessions",
        "HTTPError": "exception-handlers",
        "NotFoundError": "exception-handlers",
        "ValidationError": "exception-handlers",
        "BadRequestError": "exception-handlers",
        "ExceptionHandlerRegistry": "exception-handlers",
        "StreamingResponse": "streaming",
        "apply_middleware": "async-middleware",
    },
)
PLATFORM = Capstone(
    "platform",
    {
        "JWTMiddleware": "jwt",
        "TokenBucketRateLimiter": "token-bucket",
        "AsyncConnectionPool": "connection-pool",
        "BackgroundTaskQueue": "task-queue",
        "IdempotencyCache": "idempotency",
        "HealthChecker": "health-checker",
        "AsyncTTLCache": "ttl-cache",
        "CircuitBreaker": "circuit-breaker",
    },
)
