"""Answering reads from what is kept, and keeping what services declare public.

One request fills an address while others wait for it; when it fails, the next in line goes. Addresses that gave
nothing to keep are noted, and nobody waits there. A stale answer is served while one request renews it, and while the
service is away; never after a purge, since a purge drops it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Message, Receive, Send

from gateway.cache import rules
from gateway.cache.ears import Ears
from gateway.cache.flights import Flight
from gateway.cache.rules import Asked, Headers, Terms
from gateway.cache.store import Kept, Store
from gateway.cache.tags import PRODUCERS
from gateway.errors import ServiceBroke, ServiceDown, ServiceTooSlow
from gateway.proxy.exchange import BrokenOff
from shared.bus import Bus

log = logging.getLogger(__name__)

AWAY = frozenset({502, 503, 504})
MOST_TURNS = 3  # times that a request waits for another one, before it goes itself
STATUS = b"yiwang; "


class Away(Exception):
    """The service answers, but only that it can't."""


@dataclass(slots=True)
class Filling:
    """One request to a service whose answer may be kept; it stands between the exchange and the client.

    An answer that is kept goes to the client when all of it is there; any other passes through as it comes.
    """

    read: "Read"
    send: Send
    began: float
    fallback: Kept | None
    flight: Flight | None = None  # for which others wait
    terms: Terms | None = None
    kept: Kept | None = None
    stored: bool = False
    whole: bool = False  # the answer is asked for without conditions
    fields: Headers = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)

    def look(self, status: int, received: Headers, returned: Headers) -> None:
        """Decides by the header as it came; `returned` is what of it goes on. Raises Away."""
        if status in AWAY and self.fallback is not None:
            raise Away
        length = next((value for name, value in received if name == b"content-length"), b"")
        terms = self.read.cache.terms(self.read.key, status, received)
        if terms is not None and length.isdigit() and int(length) <= self.read.cache.store.body_limit:
            self.terms, self.fields = terms, returned
        elif self.flight is not None:
            self.flight.end()

    async def tell(self, message: Message) -> None:
        """What the exchange sends to the client."""
        if self.terms is None:
            await self.send(message)
        elif message["type"] == "http.response.body":
            self.body.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._finish(self.terms)

    def _finish(self, terms: Terms) -> None:
        read, store = self.read, self.read.cache.store
        self.kept = store.make(read.service, read.path, self.fields, b"".join(self.body), terms)
        # Whether it could be kept or not: it is the answer to this request.
        self.stored = store.keep(read.key, read.asked, self.kept, terms.vary, self.began)


Forward = Callable[[Receive, Send, Filling | None], Awaitable[int]]


@dataclass(slots=True)
class Read:
    """One GET on its way. `own` are the fields which the gateway adds to this very answer."""

    cache: "Cache"
    service: str
    path: bytes
    key: bytes
    asked: Asked
    own: Headers

    async def deliver(self, kept: Kept, send: Send, note: bytes = b"") -> int:
        """Sends a kept answer, or that the caller has it already; its status."""
        note = note or b"hit; ttl=%d" % (kept.fresh_until - time.monotonic())
        unchanged = kept.unchanged(self.asked)
        fields = kept.fields(unchanged=unchanged)
        own = [(b"cache-status", STATUS + note), (b"age", b"%d" % (time.monotonic() - kept.since))]
        status = 304 if unchanged else 200
        await send({"type": "http.response.start", "status": status, "headers": [*fields, *own, *self.own]})
        await send({"type": "http.response.body", "body": b"" if unchanged else kept.body})
        return status


class Cache(Collector):
    """The cache of one process; Prometheus reads its figures by `collect`."""

    def __init__(self, store: Store, ears: Ears) -> None:
        self.store, self.ears = store, ears
        self._flights: dict[bytes, Flight] = {}
        self._renewing: dict[bytes, asyncio.Task[None]] = {}
        self.counts = dict.fromkeys(("hit", "stale", "miss", "pass"), 0)

    def takes_part(self, service: str) -> bool:
        """Whether answers of a service are kept at the moment."""
        return self.store.limit > 0 and self.ears.hears(service)

    def fresh(self, service: str, key: bytes, asked: Asked) -> Kept | None:
        """A kept answer that may be sent at once."""
        kept = self.store.find(key, asked)
        if kept is None or kept.fresh_until <= time.monotonic() or not self.ears.hears(service):
            return None
        self.counts["hit"] += 1
        return kept

    def standing_in(self, service: str, key: bytes, asked: Asked) -> Kept | None:
        """A stale answer that may be sent, because one request renews it at this moment."""
        if key not in self._renewing:
            return None
        kept = self.store.find(key, asked)
        if kept is None or kept.renew_until <= time.monotonic() or not self.ears.hears(service):
            return None
        self.counts["stale"] += 1
        return kept

    def is_plain(self, service: str, key: bytes, asked: Asked) -> bool:
        """Whether the cache has nothing to do with a read: it need not wait for another one, nor fill."""
        if not self.takes_part(service) or self.store.passes(key):
            return True
        return asked.authorized and not self.store.is_shared(key)

    # --- what the short way asks for ---

    def may_lead(self, key: bytes, asked: Asked) -> bool:
        """Whether a read may fetch an address for others: nothing is there, and nobody fetches it."""
        return not asked.conditional and key not in self._flights and self.store.find(key, asked) is None

    def lead(self, service: str, path: bytes, key: bytes, asked: Asked) -> Flight:
        """Notes that a read fetches an address from now on; `land` must follow."""
        flight = self._flights[key] = Flight(service, path, key, asked, time.monotonic())
        return flight

    def land(self, flight: Flight) -> None:
        """Ends a flight, if it has not ended yet: those who wait go on."""
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]
        flight.end()

    def arrived(self, flight: Flight, terms: Terms, returned: Headers, body: bytes) -> tuple[Kept, bool] | None:
        """The answer to a flight as it could be kept, and whether it is; None when it is too long."""
        if len(body) > self.store.body_limit:
            return None
        self.counts["miss"] += 1
        kept = self.store.make(flight.service, flight.path, returned, body, terms)
        return kept, self.store.keep(flight.key, flight.asked, kept, terms.vary, flight.began)

    def terms(self, key: bytes, status: int, received: Headers) -> Terms | None:
        """How an answer may be kept; that it may, or not, is noted of its address."""
        terms = rules.terms_of(status, received)
        if status < 500:
            told = rules.terms_of(200, received) if status == 304 else terms
            self.store.mark(key, shared=told is not None)
        return terms

    def written(self, service: str, path: bytes, headers: Headers) -> None:
        """Drops what a write that went through may have changed (RFC 9111, 4.4), before its answer is passed on: what
        it names can be read at once. Events do the same later, and more."""
        if service not in PRODUCERS or not self.store.limit:
            return
        tags = rules.touched(service, path)
        prefix = b"/api/" + service.encode()
        for name, value in headers:
            if name in (b"location", b"content-location") and value.startswith(prefix + b"/v1/"):
                tags += rules.touched(service, value.removeprefix(prefix).partition(b"?")[0])
        self.ears.tell(sorted(set(tags)))

    def collect(self) -> Iterable[Metric]:
        reads = CounterMetricFamily("gateway_cache_reads", "Reads by what the cache did for them", labels=["result"])
        for result, count in self.counts.items():
            reads.add_metric([result], count)
        yield reads
        yield GaugeMetricFamily("gateway_cache_bytes", "Memory that kept answers take", value=self.store.size)
        yield GaugeMetricFamily("gateway_cache_addresses", "Addresses with kept answers", value=len(self.store))

    def close(self) -> None:
        """Ends what renews; called once, when the gateway stops."""
        for task in self._renewing.values():
            task.cancel()

    async def answer(self, read: Read, forward: Forward, receive: Receive, send: Send) -> int:
        """Answers a read, from what is kept or by the service; the status."""
        if not self.takes_part(read.service):
            return await self._without(read, forward, receive, send)
        for _ in range(MOST_TURNS):
            kept = self.fresh(read.service, read.key, read.asked)
            if kept is not None:
                return await read.deliver(kept, send)
            kept = self.store.find(read.key, read.asked)
            if kept is not None and kept.renew_until > time.monotonic():
                self._renew(read, forward)
                self.counts["stale"] += 1
                return await read.deliver(kept, send)
            flight = self._flights.get(read.key)
            if flight is None or self.is_plain(read.service, read.key, read.asked):
                break
            await flight.wait()
        plain = self.is_plain(read.service, read.key, read.asked)
        filling = Filling(read, send, time.monotonic(), None, whole=not plain)
        if not plain and read.key not in self._flights:
            filling.flight = self.lead(read.service, read.path, read.key, read.asked)
        return await self._fill(filling, forward, receive, plain=plain)

    async def learn(self, read: Read, forward: Forward, receive: Receive, send: Send, flight: Flight | None) -> int:
        """Lets the service answer a request that was sent some time ago. Without a flight its answer is not kept, for
        a purge may have come since; but that it could be is noted, and the next one is."""
        plain = flight is None and self.is_plain(read.service, read.key, read.asked)
        filling = Filling(read, send, flight.began if flight is not None else 0.0, None, flight)
        return await self._fill(filling, forward, receive, plain=plain)

    async def _fill(self, filling: Filling, forward: Forward, receive: Receive, *, plain: bool) -> int:
        read, send = filling.read, filling.send
        stale = self.store.find(read.key, read.asked)
        if stale is not None and stale.fail_until > time.monotonic():
            filling.fallback = stale
        self.counts["pass" if plain else "miss"] += 1
        try:
            status = await forward(receive, filling.tell, filling)
        except (Away, BrokenOff, ServiceDown, ServiceBroke, ServiceTooSlow) as exc:
            if isinstance(exc, BrokenOff) and filling.terms is None:
                raise  # the client has a part of the answer
            if filling.fallback is None:
                raise (ServiceBroke() if isinstance(exc, BrokenOff) else exc) from exc
            return await read.deliver(filling.fallback, send, b"hit; fwd=stale; detail=service-away")
        finally:
            if filling.flight is not None:
                self.land(filling.flight)
        if filling.kept is not None:
            return await read.deliver(filling.kept, send, b"fwd=miss; stored" if filling.stored else b"fwd=miss")
        return status

    async def _without(self, read: Read, forward: Forward, receive: Receive, send: Send) -> int:
        """While changes can't be heard: the service answers; what is kept serves only if the service is away and it
        is the service that is silent, not the broker."""
        stale = self.store.find(read.key, read.asked) if self.ears.bus.is_connected and self.store.limit else None
        if stale is None or stale.fail_until <= time.monotonic():
            return await forward(receive, send, None)
        try:
            return await forward(receive, send, Filling(read, send, 0.0, stale))
        except (Away, ServiceDown, ServiceBroke, ServiceTooSlow):
            return await read.deliver(stale, send, b"hit; fwd=stale; detail=service-away")

    def _renew(self, read: Read, forward: Forward) -> None:
        """Renews a stale answer behind the caller's back, once at a time."""
        if read.key not in self._renewing:
            task = asyncio.ensure_future(self._renewed(read, forward))
            self._renewing[read.key] = task
            task.add_done_callback(lambda _: self._renewing.pop(read.key, None))

    async def _renewed(self, read: Read, forward: Forward) -> None:
        filling = Filling(read, _nowhere, time.monotonic(), None, whole=True)
        try:
            await forward(_nothing, filling.tell, filling)
        except Exception as exc:  # The stale answer serves on, for as long as it may.
            log.info("a kept answer was not renewed", extra={"error": f"{type(exc).__name__}: {exc}"[:200]})


async def _nothing() -> Message:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return {"type": "http.disconnect"}


async def _nowhere(message: Message) -> None:
    """Takes what would go to a client."""


def make_cache(limit: int, body_limit: int, bus: Bus) -> Cache:
    """The cache of this process; `limit` 0 makes one that keeps nothing."""
    store = Store(limit, body_limit)
    return Cache(store, Ears(store, bus))
