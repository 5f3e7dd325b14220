"""Which access tokens are refused before they run out: those of ended log-ins, of changed rights, of disabled clients.

Each process listens to svc-sso's events on the broker and remembers ten minutes of them, twice the life of a token. At
its start, after every loss of the broker and now and then it asks svc-sso's outbox for what it may have missed. While
the broker is away nothing is heard: then a token counts until it runs out, 5 minutes at most, 2 for exchanged ones.
"""

import asyncio
import json
import logging
import time
import uuid
from itertools import islice
from typing import TYPE_CHECKING

from nats.errors import Error as NatsError
from pydantic import ValidationError

from shared.events.envelope import Envelope, aggregate_type
from shared.events.sso import AccessChangedV1, ClientChangedV1, SessionEndedV1
from shared.relay import feed_subject

if TYPE_CHECKING:
    from shared.auth import Caller
    from shared.runtime import Runtime

log = logging.getLogger(__name__)

KEPT_SECONDS = 600.0
MOST_KEPT = 200_000  # of each kind; beyond it the oldest go, which at 333 log-outs a second are ten minutes old
ASK_AGAIN_SECONDS = 5.0
OVERLAP_SECONDS = 10.0
PRODUCER = "sso"
HEARD = (SessionEndedV1, AccessChangedV1, ClientChangedV1)

Kept = dict[str, tuple[float, float]]  # id: tokens issued up to this second are refused; when it happened


class Revocations:
    """What one process knows. Seconds are Unix time; a token's `iat` has no fraction, so a change counts as a whole
    second: a token issued within the same second is refused too, and the next one is good."""

    def __init__(self) -> None:
        self._sessions: Kept = {}
        self._subjects: Kept = {}
        self._clients: Kept = {}

    def refuses(self, caller: "Caller") -> bool:
        """Whether the token behind `caller` must not be taken any more."""
        return (
            _covers(self._sessions, caller.session_id, caller.issued_at)
            or _covers(self._subjects, caller.subject, caller.issued_at)
            or _covers(self._clients, caller.client_id, caller.issued_at)
            or _covers(self._clients, caller.subject, caller.issued_at)  # of a client, by the gateway's exchange
        )

    def note(self, envelope: Envelope) -> None:
        """Takes one event of svc-sso into account; those that revoke nothing are passed over."""
        at = envelope.time.timestamp()
        if envelope.type == SessionEndedV1.TYPE:
            _keep(self._sessions, envelope.subject, float("inf"), at)
        elif envelope.type == AccessChangedV1.TYPE and envelope.data.get("revokes", True):
            _keep(self._subjects, envelope.subject, at, at)
        elif envelope.type == ClientChangedV1.TYPE and envelope.data.get("revokes"):
            _keep(self._clients, envelope.subject, at, at)


def _covers(kept: Kept, key: str | None, issued_at: float) -> bool:
    entry = kept.get(key) if key is not None else None
    return entry is not None and issued_at <= entry[0]


def _keep(kept: Kept, key: str, until: float, at: float) -> None:
    old = kept.pop(key, (0.0, 0.0))
    kept[key] = (max(old[0], until), max(old[1], at))
    oldest_that_counts = time.time() - KEPT_SECONDS
    for first in tuple(islice(kept, 2)):  # two leave for each that comes, so what is over goes away by itself
        if kept[first][1] < oldest_that_counts or len(kept) > MOST_KEPT:
            del kept[first]


async def watch(runtime: "Runtime") -> None:
    """Listens for as long as the process runs, and asks for what it may have missed."""
    for event in HEARD:
        await runtime.bus.listen(event.TYPE, lambda body: _hear(runtime.revocations, body))
    connection, caught_up = 0, time.time() - KEPT_SECONDS
    while True:
        await runtime.bus.connected.wait()
        now, current = time.time(), runtime.bus.connections
        if (current != connection or now - caught_up > ASK_AGAIN_SECONDS) and await _asked(runtime, caught_up):
            connection, caught_up = current, now
        await asyncio.sleep(1)


def _hear(revocations: Revocations, body: bytes) -> None:
    try:
        revocations.note(Envelope.model_validate_json(body))
    except ValidationError:
        log.warning("a message which is no event was passed over")


async def _asked(runtime: "Runtime", since: float) -> bool:
    """Takes in what happened since then, as svc-sso recorded it; False while svc-sso or the broker is away."""
    types = [aggregate_type(event.TYPE) for event in HEARD]
    since = max(since - OVERLAP_SECONDS, time.time() - KEPT_SECONDS)
    after: str | None = str(uuid.UUID(int=int(since * 1000) << 80))  # the first UUIDv7 of that millisecond
    try:
        while after is not None:
            question = json.dumps({"aggregate_types": types, "after_event": after}).encode()
            answer = json.loads(await runtime.bus.request(feed_subject(PRODUCER), question))
            for item in answer["events"]:
                runtime.revocations.note(Envelope.model_validate(item))
            after = answer["events"][-1]["id"] if answer["more"] else None
    except (NatsError, OSError, TimeoutError) as exc:
        log.debug("svc-sso can't be asked", extra={"error": str(exc) or type(exc).__name__})
        return False
    return True
