"""Reading the change stream: a bounded piece, or by a connection that stays."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now, today
from shared.problems import OUTAGES
from shared.runtime import Runtime
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.feed.service import listening
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.snapshots import queries as snapshots
from svc_credit_registry.sharing.stream import queries
from svc_credit_registry.sharing.stream.errors import PositionForgotten, PositionUnknown, TooManyStreams
from svc_credit_registry.sharing.stream.rules import HEARTBEAT_SECONDS, LONGEST_SECONDS, heartbeat, line
from svc_credit_registry.sharing.stream.schemas import StreamState


@dataclass(frozen=True)
class Piece:
    """Lines of the stream, and the position at which they end."""

    lines: list[bytes]
    position: int

    @property
    def content(self) -> bytes:
        """The lines as they are sent."""
        return b"".join(self.lines)


async def check(session: AsyncSession, after: int) -> None:
    """Refuses a position that was not given yet, or behind which changes are no longer kept."""
    last, forgotten = await feed.bounds(session)
    if after > last:
        raise PositionUnknown(f"最新位置为{last} The last position is {last}.", last_position=last)
    if after < forgotten:
        raise await _forgotten(session, forgotten)


async def _forgotten(session: AsyncSession, first: int) -> PositionForgotten:
    newest = next(iter(await snapshots.newest(session)), None)
    return PositionForgotten(
        f"请从快照开始 Start from a snapshot: GET /v1/snapshots; changes are kept behind {first}.",
        first_position=first,
        snapshot=str(newest.id) if newest else None,
        snapshot_position=newest.position if newest else None,
    )


async def read(session: AsyncSession, after: int, limit: int) -> Piece:
    """Up to `limit` changes behind `after`, each with the resource as it is now.

    410 when the next ones have been forgotten since the position was checked: none is skipped.
    """
    changes = await feed.after(session, after, limit)
    if changes and changes[0].position != after + 1:
        raise await _forgotten(session, changes[0].position - 1)
    items = await queries.items(session, changes, today())
    plain = {change.code for change in changes if change.item_id is None}
    records = await queries.enterprises(session, sorted(plain))
    former = await queries.former(session, [item_id for item_id, data in items.items() if data is None])
    lines = [
        _line(change, records.get(change.code), ())
        if change.item_id is None
        else _line(change, items[change.item_id], former.get(change.item_id, ()))
        for change in changes
    ]
    return Piece(lines, changes[-1].position if changes else after)


def _line(change: Change, data: bytes | None, former: Sequence[str]) -> bytes:
    event: dict[str, object] = {
        "position": change.position,
        "published_at": change.at,
        "code": change.code,
        "part": change.part,
        "item_id": str(change.item_id) if change.item_id else None,
        "former_ids": former,
        "resource": _resource(change),
    }
    return line(event, data)


def _resource(change: Change) -> str:
    if change.item_id is None:
        return f"/v1/enterprises/{change.code}"
    if change.part == "complaints":
        return f"/v1/enterprises/{change.code}/complaints"
    return f"/v1/record-items/{change.item_id}"


async def state(session: AsyncSession, followers: int) -> StreamState:
    """How far the stream is."""
    found = await feed.state(session)
    last = next(iter(await feed.after(session, found.last - 1, 1)), None)
    newest = next(iter(await snapshots.newest(session)), None)
    oldest = found.oldest_pending_at
    return StreamState(
        position=found.last,
        last_change_at=last.at if last else None,
        first_position=found.forgotten,
        waiting=found.pending,
        oldest_waiting_at=oldest,
        lag_seconds=max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0,
        followers=followers,
        snapshot_position=newest.position if newest else None,
    )


@dataclass
class Hub:
    """Those who follow at this process. One connection to the database listens for all of them."""

    runtime: Runtime
    followers: Counter[str] = field(default_factory=Counter)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Takes a place for a connection of `client`; 429 when it, or all together, have enough."""
        settings = self.runtime.settings
        assert isinstance(settings, Settings)
        full = self.followers.total() >= settings.stream_connections
        if full or self.followers[client] >= settings.stream_connections_per_client:
            raise TooManyStreams(headers={"Retry-After": "10"}, limit=settings.stream_connections_per_client)
        self.followers[client] += 1
        # One that is being ended hears nothing any more, though it is not done yet.
        if self._task is None or self._task.done() or self._task.cancelling():
            self._task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.followers[client] -= 1
            if not self.followers.total():
                self._task.cancel()

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(*OUTAGES):
                async with listening(self.runtime, feed.SEQUENCED) as woken:
                    while await woken.wait() and not woken.lost:
                        woken.clear()
                        self._tell()
            await asyncio.sleep(1)

    def _tell(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def news(self, seconds: float) -> bool:
        """Waits for new positions, at most `seconds`; whether there are some."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._news.wait(), seconds)
        return False


async def follow(hub: Hub, after: int, limit: int) -> AsyncIterator[Piece]:
    """Pieces of the stream as they come about; one without changes every few seconds when nothing does.

    It ends when what comes next was forgotten meanwhile: who comes again hears where to start from.
    """
    end, quiet_since = time.monotonic() + LONGEST_SECONDS, time.monotonic()
    while time.monotonic() < end:
        news = asyncio.ensure_future(hub.news(2.5))  # listens before it looks: what comes in between is heard
        try:
            async with hub.runtime.sessions() as session:
                piece = await read(session, after, limit)
            if piece.lines:
                after, quiet_since = piece.position, time.monotonic()
                yield piece
                continue
            await news
        except PositionForgotten:
            return
        finally:
            news.cancel()
        if time.monotonic() - quiet_since >= HEARTBEAT_SECONDS:
            quiet_since = time.monotonic()
            yield Piece([heartbeat(after, now())], after)
