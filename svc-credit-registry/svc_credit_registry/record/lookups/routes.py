"""Answers plain look-ups of one enterprise past the framework; the answer is that of the route, byte for byte.

Whatever is not plain goes to the route: conditions, `as_of`, codes that are wrong, unknown or have gone on elsewhere,
and a database that does not answer.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
from fastapi import FastAPI
from starlette.datastructures import State
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from shared.http.caching import POLICY
from shared.problems import OUTAGES
from shared.telemetry import DURATION, REQUEST_ID, REQUESTS
from svc_credit_registry.record.lookups.rules import body, code_asked, request_id_in
from svc_credit_registry.record.lookups.service import Reader

ROUTE = "/v1/enterprises/{code}"
ANSWERED, TOOK = REQUESTS.labels("GET", ROUTE, 200), DURATION.labels("GET", ROUTE)
NOT_READ = (*OUTAGES, asyncpg.PostgresError)
POLICY_HEADER = (b"cache-control", POLICY.encode())
TYPE_HEADER = (b"content-type", b"application/json")


class Lookups:
    """Stands before the application, outside of all its layers."""

    def __init__(self, app: FastAPI, reader: Reader) -> None:
        self.app, self.reader = app, reader

    @property
    def state(self) -> State:
        return self.app.state

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return self.app.routes

    def openapi(self) -> dict[str, Any]:
        """The service's OpenAPI document."""
        return self.app.openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            code = code_asked(scope["method"], scope["path"], scope["query_string"], scope["headers"])
            if code is not None and await self._answered(code, scope, send):
                return
        await self.app(scope, receive, send)

    async def _answered(self, code: str, scope: Scope, send: Send) -> bool:
        started = time.perf_counter()
        try:
            row = await self.reader.find(code)
        except NOT_READ:
            return False
        if row is None or row["moved"]:
            return False
        content = body(row)
        header = headers(row, len(content), request_id_in(scope["headers"]))
        await send({"type": "http.response.start", "status": 200, "headers": header})
        await send({"type": "http.response.body", "body": content})
        count(started)
        return True


def lookups_in(app: Any) -> Lookups:
    """What answers look-ups, within whatever uvicorn has put around it."""
    while not isinstance(app, Lookups):
        app = app.app
    return app


def count(started: float) -> None:
    """Counts an answer to a look-up that began at `started`, of the clock perf_counter."""
    ANSWERED.inc()
    TOOK.observe(time.perf_counter() - started)


def headers(row: Any, length: int, given: str) -> list[tuple[bytes, bytes]]:
    """The header of the answer: what the route says, and the id of the request, `given` or made."""
    return [
        (b"etag", b'"%d"' % row["version"]),
        POLICY_HEADER,
        (b"cache-tags", f"register enterprise:{row['code']}".encode()),
        (b"content-length", b"%d" % length),
        TYPE_HEADER,
        request_id(given),
    ]


def request_id(given: str) -> tuple[bytes, bytes]:
    """The field with the id of a request, `given` or made."""
    return b"x-request-id", (given if REQUEST_ID.match(given) else secrets.token_hex(12)).encode()
