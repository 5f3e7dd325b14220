"""The kept answers of one process: bounded in bytes, found by address, purged by tag.

A purge wins over a fill that began before it: the answer on its way may be older than the change. Its tags are known
only when it has come, so the purges of the last minute are remembered with their times.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.cache import rules
from gateway.cache.rules import Asked, Headers, Terms

MOST_VARIANTS = 8
MOST_MARKS = 20_000
MARK_SECONDS = 60.0
REMEMBERED_SECONDS = 60.0
ENTRY_BYTES = 1536  # what an entry costs beside its text, its address included; measured were 1360
LONGEST_KEY = 1024  # a longer address is nothing that others ask for, and fills the memory

Variant = tuple[bytes, ...]


@dataclass(slots=True)
class Kept:
    """A kept answer, ready to be sent. Times are of the monotonic clock; `head` and `short_head` are header lines, each
    with its line end: of the whole answer, and of "not modified"."""

    service: str
    head: bytes
    short_head: bytes
    body: bytes
    etag: bytes
    since: float
    fresh_until: float
    renew_until: float
    fail_until: float
    tags: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.head) + len(self.short_head) + len(self.body) + ENTRY_BYTES

    def fields(self, *, unchanged: bool) -> Headers:
        """The header of the whole answer, or of "not modified", field by field."""
        lines = (self.short_head if unchanged else self.head).split(b"\r\n")
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines if line)]

    def unchanged(self, asked: Asked) -> bool:
        """Whether the caller has this answer already."""
        return asked.if_none_match is not None and rules.matches(asked.if_none_match, self.etag)


@dataclass(slots=True)
class Slot:
    """All variants of what one address answers."""

    vary: tuple[bytes, ...]
    variants: dict[Variant, Kept] = field(default_factory=dict)


class Store:
    """At most `limit` bytes of answers with bodies of at most `body_limit`; what was used least recently goes first."""

    def __init__(self, limit: int, body_limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.body_limit, self.clock = limit, body_limit, clock
        self.size = 0
        self._slots: OrderedDict[bytes, Slot] = OrderedDict()
        self._tagged: dict[str, bytes | set[bytes]] = {}
        self._purged: OrderedDict[str, float] = OrderedDict()
        self._passing: OrderedDict[bytes, float] = OrderedDict()
        self._shared: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._slots)

    def find(self, key: bytes, asked: Asked) -> Kept | None:
        """What is kept under an address for such a request, fresh or not."""
        slot = self._slots.get(key)
        if slot is None:
            return None
        kept = slot.variants.get(rules.variant_of(slot.vary, asked))
        if kept is not None:
            self._slots.move_to_end(key)
        return kept

    def passes(self, key: bytes) -> bool:
        """Whether an address lately gave an answer that is not kept, or is too long for any to be kept."""
        return len(key) > LONGEST_KEY or self._passing.get(key, 0.0) > self.clock()

    def is_shared(self, key: bytes) -> bool:
        """Whether an address lately gave an answer that is the same for everyone."""
        return self._shared.get(key, 0.0) > self.clock()

    def mark(self, key: bytes, *, shared: bool) -> None:
        """Notes which of both an address has just given."""
        if len(key) > LONGEST_KEY:
            return
        marks, others = (self._shared, self._passing) if shared else (self._passing, self._shared)
        others.pop(key, None)
        marks[key] = self.clock() + MARK_SECONDS
        marks.move_to_end(key)
        if len(marks) > MOST_MARKS:
            marks.popitem(last=False)

    def make(self, service: str, path: bytes, headers: Headers, body: bytes, terms: Terms) -> Kept:
        """An answer as it could be kept. One without an ETag gets that of its text."""
        etag, lines, short = b"", [], []
        for name, value in headers:
            line = b"%b: %b\r\n" % (name, value)
            if name == b"etag":
                etag = etag or value
            if name != b"age":
                lines.append(line)
            if name in rules.NAMED_BY_304:
                short.append(line)
        if not etag:
            etag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
            lines.append(b"etag: %b\r\n" % etag)
            short.append(lines[-1])
        now = self.clock()
        fresh_until = now + terms.fresh
        return Kept(
            service=service,
            head=b"".join(lines),
            short_head=b"".join(short),
            body=body,
            etag=etag,
            since=now,
            fresh_until=fresh_until,
            renew_until=fresh_until + terms.renewing,
            fail_until=fresh_until + terms.failing,
            tags=(*terms.tags, rules.path_tag(service, path), "@" + service),
        )

    def keep(self, key: bytes, asked: Asked, kept: Kept, vary: tuple[bytes, ...], began: float) -> bool:
        """Keeps an answer whose request was sent at `began`; False when a purge came in between, or it is too large."""
        if len(key) > LONGEST_KEY:
            return False
        if any(self._purged.get(tag, 0.0) >= began for tag in kept.tags) or began < self.clock() - REMEMBERED_SECONDS:
            return False
        slot = self._slots.get(key)
        if slot is None or slot.vary != vary or len(slot.variants) >= MOST_VARIANTS:
            self._drop(key)
            slot = self._slots[key] = Slot(vary)
        variant = rules.variant_of(vary, asked)
        self._leave(key, slot.variants.pop(variant, None))
        slot.variants[variant] = kept
        self.size += kept.size
        for each in slot.variants.values():  # What left may have had the tags of what stays.
            for tag in each.tags:
                self._tag(tag, key)
        while self.size > self.limit and self._slots:
            self._drop(next(iter(self._slots)))
        return key in self._slots

    def purge(self, tags: Iterable[str]) -> int:
        """Drops everything that carries one of the tags, now and if it is on its way; how many addresses that were."""
        now, dropped = self.clock(), 0
        for tag in tags:
            self._purged[tag] = now
            self._purged.move_to_end(tag)
            for key in self._under(tag):
                self._drop(key)
                dropped += 1
        while self._purged and next(iter(self._purged.values())) < now - REMEMBERED_SECONDS:
            self._purged.popitem(last=False)
        return dropped

    def _drop(self, key: bytes) -> None:
        slot = self._slots.pop(key, None)
        for kept in slot.variants.values() if slot is not None else ():
            self._leave(key, kept)

    def _leave(self, key: bytes, kept: Kept | None) -> None:
        if kept is None:
            return
        self.size -= kept.size
        for tag in kept.tags:
            self._untag(tag, key)

    # Most tags are those of one address; a set for each of them would take more than the answer does.

    def _tag(self, tag: str, key: bytes) -> None:
        keys = self._tagged.setdefault(tag, key)
        if isinstance(keys, set):
            keys.add(key)
        elif keys != key:
            self._tagged[tag] = {keys, key}

    def _untag(self, tag: str, key: bytes) -> None:
        keys = self._tagged.get(tag)
        if isinstance(keys, set):
            keys.discard(key)
        if not keys or keys == key:
            self._tagged.pop(tag, None)

    def _under(self, tag: str) -> tuple[bytes, ...]:
        keys = self._tagged.get(tag, ())
        return (keys,) if isinstance(keys, bytes) else tuple(keys)
