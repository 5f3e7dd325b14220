"""Answers the two requests which come all the time past the framework: plain refreshes, and repeated ones of machines.

The services of the platform and agencies' systems ask for tokens of their own all the time, each with the same request.
What the token endpoint has answered to it holds for some seconds, while the client is as it was: whose token, what it
may do, for whom. Meanwhile the next token is signed and written down here. Refreshes are done many at once. Everything
else, and every refusal, is the token endpoint's business.
"""

import base64
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
from fastapi import FastAPI
from prometheus_client import Counter
from starlette.datastructures import State
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from shared.problems import OUTAGES
from shared.telemetry import DURATION, REGISTRY, REQUEST_ID, REQUESTS
from svc_sso.clients.errors import InvalidClient
from svc_sso.credentials.rules import digest
from svc_sso.keys.service import KeyCache
from svc_sso.oauth.rules import AS_OF, basic_credentials
from svc_sso.renewals.rules import refresh_token_in
from svc_sso.renewals.service import Renewal, Renewals
from svc_sso.repeats.rules import (
    LONGEST_BODY,
    REMEMBERED,
    Asked,
    Pattern,
    asked_in,
    is_for_machines,
    key_of,
    pattern_of,
)
from svc_sso.repeats.service import Issued, Ledger, now
from svc_sso.tokens.rules import ACCESS_TYPE
from svc_sso.tokens.service import seal

PATH = "/oauth2/token"
REPEATED = Counter("tokens_repeated_total", "Machines' tokens issued like the one before", registry=REGISTRY)
ANSWERED = REQUESTS.labels("POST", PATH, 200)
TOOK = DURATION.labels("POST", PATH)
NOT_WRITTEN = (*OUTAGES, asyncpg.PostgresError)
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
]


class Repeats:
    """Stands before the application, outside of all its layers; the others are the running service's."""

    def __init__(self, app: FastAPI, keys: KeyCache, ledger: Ledger, renewals: Renewals) -> None:
        self.app, self.keys, self.ledger, self.renewals = app, keys, ledger, renewals
        self.patterns: dict[bytes, Pattern] = {}

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
        asked = asked_in(scope["headers"]) if _is_token_request(scope) else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        started, messages = time.perf_counter(), await _first_of(receive)
        again = after(messages, receive)
        whole = not messages[-1].get("more_body", True)
        body = b"".join(message.get("body", b"") for message in messages) if whole else b""
        request_id = request_id_of(asked)
        answer = await self.answer(asked, body, request_id)
        if answer is not None:
            await send({"type": "http.response.start", "status": 200, "headers": header(answer, request_id)})
            await send({"type": "http.response.body", "body": answer})
            count(started)
        elif is_for_machines(body):
            await self._learn(key_of(asked.authorization, body), scope, again, send)
        else:
            await self.app(scope, again, send)

    async def answer(self, asked: Asked, body: bytes, request_id: str) -> bytes | None:
        """The answer to one of the two requests; None when it is the token endpoint's business."""
        return await self._repeated(key_of(asked.authorization, body), request_id) or await self._renewed(asked, body)

    async def _renewed(self, asked: Asked, body: bytes) -> bytes | None:
        """The answer to a refresh, if it is a plain one."""
        token = refresh_token_in(body)
        if token is None:
            return None
        try:
            candidates = basic_credentials(asked.authorization.decode("latin-1"))
        except InvalidClient:
            return None
        if len(candidates) != 1:
            return None
        client_id, secret = candidates[0]
        return await self.renewals.renew(Renewal(client_id, digest(secret), digest(token)))

    async def _repeated(self, key: bytes, request_id: str) -> bytes | None:
        """The answer to a machine, if it was given one like it a moment ago."""
        pattern, moment = self.patterns.get(key), time.monotonic()
        if pattern is None or moment >= pattern.renew_at:
            if pattern is not None:
                pattern.renew_at = pattern.holds_until  # one asks, the others go on for as long as it holds
            return None
        at, jti = now()
        token = seal(self.keys, ACCESS_TYPE, pattern.claims_at(at, jti))
        try:
            issued = Issued(pattern.client_id, pattern.as_of, pattern.audience, jti, at, request_id)
            if not await self.ledger.note(issued):
                self.patterns.pop(key, None)
                return None
        except NOT_WRITTEN:
            return None
        REPEATED.inc()
        return b'{"access_token":"%s","token_type":"Bearer","expires_in":%d,"scope":""}' % (token, pattern.lifetime)

    async def _learn(self, key: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer, and keeps what it said when it was a machine's token."""
        moment, status, said, state = time.monotonic(), 0, b"", scope.setdefault("state", {})

        async def listen(message: Message) -> None:
            nonlocal status, said
            status = message.get("status", status)
            said += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, listen)
        self.patterns.pop(key, None)
        pattern = pattern_of(_claims_in(said), state.get(AS_OF), moment) if status == 200 else None
        if pattern is not None:
            if len(self.patterns) >= REMEMBERED:
                self.patterns.clear()
            self.patterns[key] = pattern


def repeats_in(app: Any) -> Repeats:
    """The one within whatever uvicorn has put around the application."""
    while not isinstance(app, Repeats):
        app = app.app
    return app


def request_id_of(asked: Asked) -> str:
    """The id of a request, given or made."""
    return asked.request_id if REQUEST_ID.match(asked.request_id) else secrets.token_hex(12)


def header(body: bytes, request_id: str) -> list[tuple[bytes, bytes]]:
    """The header of an answer."""
    return [*HEADERS, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())]


def count(started: float) -> None:
    """Counts an answer to a request that began at `started`, of the clock perf_counter."""
    ANSWERED.inc()
    TOOK.observe(time.perf_counter() - started)


def _is_token_request(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST")


def _claims_in(said: bytes) -> dict[str, object]:
    token = str(json.loads(said)["access_token"])
    part = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


async def _first_of(receive: Receive) -> list[Message]:
    """The messages of a short body; of a longer one those which came so far."""
    messages, size = [await receive()], 0
    while messages[-1].get("more_body"):
        size += len(messages[-1]["body"])
        if size > LONGEST_BODY:
            break
        messages.append(await receive())
    return messages


def after(messages: list[Message], receive: Receive) -> Receive:
    """A request from its beginning, of which `messages` were read already."""
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return again
