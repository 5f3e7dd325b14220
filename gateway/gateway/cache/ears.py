"""What the cache hears of changes. A kept answer is served only while nothing can have changed unheard.

Events come over the broker as they are published, to every process. Twice a second each producer is asked for what it
recorded lately: that finds an event which the broker lost, and shows that the producer can be heard at all. One that
does not answer for `TRUST_SECONDS` may have changed something: its answers are not served any more, and dropped when
it is heard again.
"""

import asyncio
import json
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice

from nats.errors import Error as NatsError
from pydantic import ValidationError

from gateway.cache.store import Store
from gateway.cache.tags import AGGREGATES, PATTERNS, PRODUCERS, tags_of
from shared.bus import Bus
from shared.events.envelope import Envelope
from shared.relay import feed_subject

log = logging.getLogger(__name__)

ASK_SECONDS = 0.5
ANSWER_SECONDS = 0.9
TRUST_SECONDS = 1.6
OVERLAP_SECONDS = 10.0  # longer than a transaction takes to commit after it recorded its event
MOST_SEEN = 20_000
MOST_ANSWERS = 5  # of a producer that are read at a time, 200 events each
TOLD = "gateway.purge"  # what the processes tell each other of writes which went through them


class Ears:
    """Purges `store` as events come; `hears` tells whether a service's kept answers may be served.

    `others` are told the same tags: whoever keeps public content of his own.
    """

    def __init__(self, store: Store, bus: Bus) -> None:
        self.store, self.bus = store, bus
        self._asked: dict[str, float] = dict.fromkeys(PRODUCERS, float("-inf"))
        self._connection = dict.fromkeys(PRODUCERS, -1)
        self._seen: OrderedDict[uuid.UUID, None] = OrderedDict()
        self._telling: set[asyncio.Task[None]] = set()
        self.others: list[Callable[[list[str]], None]] = []

    def hears(self, service: str) -> bool:
        """Whether every change at a service until a moment ago is known here."""
        return time.monotonic() - self._asked.get(service, float("-inf")) < TRUST_SECONDS and self.bus.is_connected

    async def run(self) -> None:
        """Listens for as long as the process runs."""
        for type_ in PATTERNS:
            await self.bus.listen(type_, self._hear)
        await self.bus.listen(TOLD, self._told)
        while True:
            await self.bus.connected.wait()
            await asyncio.gather(*(self._ask(service) for service in PRODUCERS))
            await asyncio.sleep(ASK_SECONDS)

    def tell(self, tags: list[str]) -> None:
        """Drops what carries the tags here, and lets the other processes know."""
        self.store.purge(tags)
        if self.bus.is_connected:
            task = asyncio.ensure_future(self._send(json.dumps(tags).encode()))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _send(self, body: bytes) -> None:
        try:
            await self.bus.tell(TOLD, body)
        except (NatsError, OSError) as exc:
            log.debug("the other processes were not told", extra={"error": str(exc)})

    def _told(self, body: bytes) -> None:
        self.store.purge(str(tag) for tag in json.loads(body))

    def _hear(self, body: bytes) -> None:
        try:
            self._note(Envelope.model_validate_json(body))
        except ValidationError:
            log.warning("a message which is no event was passed over")

    def _note(self, envelope: Envelope) -> None:
        if envelope.id in self._seen:
            return
        self._seen[envelope.id] = None
        for old in tuple(islice(self._seen, max(len(self._seen) - MOST_SEEN, 0))):
            del self._seen[old]
        self._purge(tags_of(envelope.type, envelope.data))

    def _purge(self, tags: list[str]) -> None:
        self.store.purge(tags)
        for other in self.others:
            other(tags)

    async def _ask(self, service: str) -> None:
        """Takes in what a producer recorded lately. A connection that was lost meanwhile leaves nothing to trust."""
        started, connection = time.monotonic(), self.bus.connections
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._catch_up(service)
        except (NatsError, OSError, TimeoutError, ValueError, KeyError) as exc:
            log.debug("a producer can't be heard", extra={"upstream": service, "error": str(exc) or type(exc).__name__})
            return
        if started - self._asked[service] >= TRUST_SECONDS or connection != self._connection[service]:
            self._purge(["@" + service])
        self._asked[service], self._connection[service] = started, connection

    async def _catch_up(self, service: str) -> None:
        """Reads what is new. In a flood, as while agencies hand in thousands of records, dropping all that is kept is
        cheaper than reading every event, and as good: what is asked for after it has been changed already."""
        after = str(uuid.UUID(int=int((time.time() - OVERLAP_SECONDS) * 1000) << 80))  # the first UUIDv7 of that moment
        for _ in range(MOST_ANSWERS):
            question = {"aggregate_types": AGGREGATES[service], "after_event": after}
            answer = json.loads(await self.bus.request(feed_subject(PRODUCERS[service]), json.dumps(question).encode()))
            for item in answer["events"]:
                self._note(Envelope.model_validate(item))
            if not answer["more"]:
                return
            after = answer["events"][-1]["id"]
        self._purge(["@" + service])
