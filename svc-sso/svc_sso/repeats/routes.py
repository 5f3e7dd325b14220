"""Answers machines which ask for the same token again, past the framework.

The services of the platform and agencies' systems ask for tokens of their own all the time, each with the same request.
What the token endpoint has answered to it holds for a second: whose token, what it may do, for whom. Within that second
the next token is signed and written down here; everything else, and every refusal, is the token endpoint's business.
"""

import base64
import json
import time

import asyncpg
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import DURATION, REGISTRY, REQUEST_ID, REQUESTS
from svc_sso.repeats.rules import LONGEST_BODY, REMEMBERED, Pattern, asked_in, is_for_machines, key_of, pattern_of
from svc_sso.repeats.service import Issued, Ledger, Signer, now

PATH = "/oauth2/token"
REPEATED = Counter("tokens_repeated_total", "Machines' tokens issued like the one before", registry=REGISTRY)
ANSWERED = REQUESTS.labels("POST", PATH, 200)
TOOK = DURATION.labels("POST", PATH)
NOT_WRITTEN = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
]


class RepeatsMiddleware:
    """Stands before the application; `signer` and `ledger` are the running service's."""

    def __init__(self, app: ASGIApp, signer: Signer, ledger: Ledger) -> None:
        self.app, self.signer, self.ledger = app, signer, ledger
        self.patterns: dict[bytes, Pattern] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = asked_in(scope["headers"]) if _is_token_request(scope) else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        started, messages = time.perf_counter(), await _first_of(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        if messages[-1].get("more_body", True) or not body:
            await self.app(scope, after(messages, receive), send)
            return
        key, moment = key_of(asked.authorization, body), time.monotonic()
        pattern = self.patterns.get(key)
        if pattern is None or moment >= pattern.renew_at:
            if pattern is not None:
                pattern.renew_at = pattern.holds_until  # one asks, the others go on for as long as it holds
            await self._learn(key, body, scope, after(messages, receive), send)
            return
        at, jti = now()
        request_id = asked.request_id if REQUEST_ID.match(asked.request_id) else jti
        token = self.signer.sign(pattern.claims_at(at, jti))
        try:
            await self.ledger.note(Issued(pattern.client_id, pattern.audience, jti, at, request_id))
        except NOT_WRITTEN:
            await self._learn(key, body, scope, after(messages, receive), send)
            return
        await self._answer(pattern, token, request_id, send)
        TOOK.observe(time.perf_counter() - started)

    async def _answer(self, pattern: Pattern, token: bytes, request_id: str, send: Send) -> None:
        body = b'{"access_token":"%s","token_type":"Bearer","expires_in":%d,"scope":""}' % (token, pattern.lifetime)
        headers = [*HEADERS, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        ANSWERED.inc()
        REPEATED.inc()

    async def _learn(self, key: bytes, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer, and keeps what it said when it was a machine's token."""
        moment, status, said = time.monotonic(), 0, b""

        async def listen(message: Message) -> None:
            nonlocal status, said
            status = message.get("status", status)
            said += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, listen)
        self.patterns.pop(key, None)
        pattern = pattern_of(_claims_in(said), moment) if status == 200 and is_for_machines(body) else None
        if pattern is not None:
            if len(self.patterns) >= REMEMBERED:
                self.patterns.clear()
            self.patterns[key] = pattern


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
