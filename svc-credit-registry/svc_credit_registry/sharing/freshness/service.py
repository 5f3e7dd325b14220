"""Lag and freshness of every feed, for everybody to see."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.freshness import queries, rules
from svc_credit_registry.sharing.freshness.schemas import FeedOut, FeedsOut
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import CYCLES, Coverage, Cycle, ResourceSource
from svc_credit_registry.sharing.resources.rules import State as Listed
from svc_credit_registry.sharing.snapshots import queries as snapshots
from svc_credit_registry.sharing.submissions.rules import PUSHED

CHANGES, SNAPSHOTS, REGISTER = "changes", "snapshots", "svc-credit-registry"
LATE_BY = timedelta(hours=1)
"""How long a snapshot that is due may take before its feed counts as late."""
Waiting = tuple[int, datetime | None]


async def feeds(
    session: AsyncSession, now: datetime, snapshots_every: timedelta = timedelta(0), *, english: bool
) -> FeedsOut:
    """The feed of changes, the snapshots (when some are taken), and each published resource whose data are here."""
    last, waiting = await queries.last_change(session), await queries.pending(session)
    name = "变更订阅" if not english else "The stream of changes"
    items = [_feed(now, (CHANGES, name, REGISTER, None), last, waiting, english)]
    if snapshots_every:
        items.append(await _snapshots(session, now, snapshots_every + LATE_BY, english))
    published = select(Resource).where(Resource.state == Listed.PUBLISHED, Resource.source != ResourceSource.EXTERNAL)
    for resource in await session.scalars(published.order_by(Resource.code)):
        about = (resource.code, resource.name, resource.producer, resource.update_cycle)
        if resource.source == ResourceSource.ENTERPRISES:
            items.append(_feed(now, about, last, waiting, english))
            continue
        producer, kind = None if resource.coverage == Coverage.ALL else resource.producer, str(resource.kind)
        latest = await _latest(session, producer, RecordKind(kind))
        items.append(_feed(now, about, latest, await queries.waiting(session, producer, kind), english))
    return FeedsOut(at=now, items=items)


async def _snapshots(session: AsyncSession, now: datetime, within: timedelta, english: bool) -> FeedOut:
    """Snapshots: late only when there is something which the newest one does not hold."""
    newest = next(iter(await snapshots.newest(session)), None)
    behind = await feed.last_position(session) - (newest.position if newest else 0)
    last = newest.taken_at if newest else None
    state = rules.state_of(now, last if behind else last and now, within)
    return FeedOut(
        code=SNAPSHOTS, name="Snapshots of the register" if english else "全量快照", producer=REGISTER,
        update_cycle=None, last_at=last, age_seconds=rules.age(now, last),
        expected_within_seconds=int(within.total_seconds()), state=state, state_label=rules.LABELS[state][english],
        backlog=behind, oldest_waiting_at=None,
    )  # fmt: skip


async def _latest(session: AsyncSession, producer: str | None, kind: RecordKind) -> datetime | None:
    """When the newest record came. A push that changes nothing is a sign of life of its producer, too."""
    if producer is not None and kind in PUSHED:
        pushed = await queries.last_receipt(session, producer, kind)
        if pushed is not None:
            return pushed
    return await queries.last_item(session, producer, kind)


def _feed(
    now: datetime, about: tuple[str, str, str, str | None], last: datetime | None, waiting: Waiting, english: bool
) -> FeedOut:
    code, name, producer, cycle = about
    within: timedelta | None = CYCLES[Cycle(cycle)] if cycle else None
    state = rules.state_of(now, last, within)
    return FeedOut(
        code=code, name=name, producer=producer, update_cycle=cycle, last_at=last, age_seconds=rules.age(now, last),
        expected_within_seconds=int(within.total_seconds()) if within else None, state=state,
        state_label=rules.LABELS[state][english], backlog=waiting[0], oldest_waiting_at=waiting[1],
    )  # fmt: skip
