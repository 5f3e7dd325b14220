"""Where signed calls come in: a call that holds goes on with a token of its client, as if it had brought it itself.

The order: form, coverage, time, key, signature, nonce, body. A nonce is used up only by a signature that holds, so
nobody can use up another's. The body is checked while it passes: its last bytes are held back until the digest is
right, so a service never gets the whole of a body which was tampered with.
"""

import time
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from gateway.agencies.directory import Client, Directory
from gateway.limits.policy import Limiter
from gateway.proxy import headers as fields
from gateway.proxy.address import client_address
from gateway.proxy.refusal import refuse
from gateway.signatures import nonces, rules
from gateway.signatures.errors import SignatureKeyUnknown, SigningForbidden, TwoCredentials
from gateway.signatures.rules import Call, Digests, Signature
from gateway.signatures.tokens import ClientTokens
from shared.db import Sessions
from shared.errors import DomainError, NotFound

SIGNATURE = b"signature-input"
PERMISSION = "gateway:calls:sign"
HUB = "hub"
OWN = "gateway"
SPENT = frozenset({b"signature-input", b"signature", b"cookie"})


def is_signed(scope: Scope) -> bool:
    """Whether a request claims to be a signed call to an API."""
    return scope["raw_path"].startswith(b"/api/") and any(name == SIGNATURE for name, _ in scope["headers"])


class Door:
    """Lets signed calls through to `app`, or refuses them."""

    def __init__(self, limiter: Limiter, sessions: Sessions, directory: Directory, tokens: ClientTokens) -> None:
        self.limiter, self.sessions, self.directory, self.tokens = limiter, sessions, directory, tokens
        self.settings = limiter.settings

    async def __call__(self, app: Any, scope: Scope, receive: Receive, send: Send) -> None:
        """Verifies a signed request and hands it on. Refused ones are counted by address: each of them costs work."""
        address = client_address(scope, self.settings).encode()
        try:
            self.limiter.check_refused(address)
            try:
                scope, receive = await self._admitted(scope, receive)
            except DomainError:
                self.limiter.count_refused(address)
                raise
        except DomainError as refusal:
            await self._refuse(scope, send, refusal)
            return
        await app(scope, receive, send)

    async def _admitted(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        incoming = fields.read(scope["headers"])
        if incoming.authorization is not None:
            raise TwoCredentials
        call = call_of(scope, self.settings.origin, has_body=incoming.has_body)
        signature = rules.signature_of(call)
        rules.check_coverage(signature, call)
        rules.check_time(signature, time.time(), self.settings.signature_seconds)
        client, key = await self._key_of(signature)
        rules.check_signature(rules.base_of(signature.covered, call), signature, key)
        if client.disabled or PERMISSION not in client.permissions:
            raise SigningForbidden(f"This needs the permission {PERMISSION}.", permission=PERMISSION)
        digests = _digests(signature, call)
        await nonces.take(self.sessions, signature, self.settings.signature_seconds)
        token = await self.tokens.token(client.id, _audience(scope["raw_path"]))
        kept = [(name, value) for name, value in scope["headers"] if name not in SPENT]
        headers = [*kept, (b"authorization", b"Bearer " + token.encode())]
        return {**scope, "headers": headers}, Checked(receive, digests) if digests and call.has_body else receive

    async def _key_of(self, signature: Signature) -> tuple[Client, Any]:
        client = await self.directory.known(signature.client_id)
        key = client.key(signature.kid) if client is not None else None
        if client is None or key is None:
            raise SignatureKeyUnknown(keyid=f"{signature.client_id}/{signature.kid}")
        return client, key

    async def _refuse(self, scope: Scope, send: Send, refusal: DomainError) -> None:
        trace_id, _, _ = fields.trace(None)
        language = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        more = [(b"x-request-id", fields.new_request_id())]
        await refuse(scope, send, refusal, trace_id=trace_id, language=language, more=more)


def call_of(scope: Scope, origin: str, *, has_body: bool) -> Call:
    """The request as its signer saw it, at the platform's public address."""
    return Call(
        method=scope["method"],
        origin=origin,
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        fields=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        has_body=has_body,
    )


def _digests(signature: Signature, call: Call) -> Digests | None:
    """The digests to check; those of a call whose body was taken away are checked at once."""
    if not any(item.value == "content-digest" for item in signature.covered.items):
        return None
    digests = Digests(call.field("content-digest"))
    if not call.has_body:
        digests.check()
    return digests


def _audience(raw_path: bytes) -> str:
    service = raw_path[5:].partition(b"/")[0].decode("latin-1")
    if not service:
        raise NotFound
    return OWN if service == HUB else service


class Checked:
    """The body on its way, one part behind: the last part goes on only when the digest is right."""

    def __init__(self, receive: Receive, digests: Digests) -> None:
        self._receive, self._digests = receive, digests
        self._held: Message | None = None

    async def __call__(self) -> Message:
        """The next part. Raises DigestMismatch in place of the last one."""
        held = self._held if self._held is not None else await self._next()
        if held["type"] != "http.request" or not held.get("more_body", False):
            self._held = None
            return held
        following = await self._next()
        if following["type"] != "http.request":
            return following
        self._held = following
        return held

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._digests.add(message.get("body", b""))
            if not message.get("more_body", False):
                self._digests.check()
        return message
