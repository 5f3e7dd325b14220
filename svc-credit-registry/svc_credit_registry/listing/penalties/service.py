"""Penalties on the record as the law sees them, and their last day of publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from svc_credit_registry.listing.penalties import queries, rules
from svc_credit_registry.listing.penalties.rules import Penalty
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind

DAY = timedelta(days=1)
_KEPT = ("code", "key", "producer", "provider", "basis", "produced_on", "effective_from", "effective_until")


@dataclass(frozen=True)
class Held:
    """A penalty on the record, as the rules see it, with its item."""

    item: RecordItem
    penalty: Penalty

    def is_shown(self, today: date) -> bool:
        """Whether the public sees it today: the record says until when, before that the law."""
        state = rules.shown(self.penalty)
        until = self.item.publish_until or (state.clock.due_on if state.clock else None)
        return state.is_published and (until is None or until >= today)


async def held(session: AsyncSession, items: Sequence[RecordItem]) -> list[Held]:
    """What the rules need of penalties, read from their items. One whose repair was revoked is published from then on:
    its term, and the waiting before another repair, begin anew.
    """
    firsts = await queries.first_versions(session, items)
    again = await queries.published_again(session, items)
    since = {name: rules.published_on(_day(row), row.publication_due_on) for name, row in firsts.items()}
    since |= {name: _day(row) for name, row in again.items()}
    return [_held(item, since[item.producer, item.key]) for item in items]


def _day(version: RecordItem) -> date:
    return statutory_date(version.recorded_at)


def _held(item: RecordItem, published_on: date) -> Held:
    content: dict[str, Any] = dict(item.content)
    laws = rules.laws_of(content.get("legal_basis"))
    penalty = Penalty(
        code=item.code,
        region=region_of(item),
        decided_on=item.produced_on,
        published_on=published_on,
        types=rules.types_of(content.get("penalty_types") or ()),
        fine_yuan=Decimal(str(content.get("fine_yuan") or 0)),
        field=rules.field_of(content.get("field"), laws),
        laws=laws,
    )
    return Held(item, penalty)


def region_of(item: RecordItem) -> str:
    """Where the authority that imposed a penalty sits: by its unit, else by the enterprise's code."""
    tail = item.producer.rpartition("-")[2]
    return tail if regions.is_known(tail) else item.code[2:8]


async def put_again(
    session: AsyncSession, caller: Caller, item: RecordItem, content: dict[str, Any], until: date | None, now: datetime
) -> None:
    """A new version of an item with another last day of publication."""
    given = {name: getattr(item, name) for name in _KEPT}
    again = records.Item(kind=RecordKind(item.kind), content=content, publish_until=until, **given)
    await records.put(session, caller, again, now)


async def give_term(session: AsyncSession, item: RecordItem, now: datetime) -> None:
    """Sets the last day on which a penalty is published; a mere warning leaves publication at once.

    Nothing happens when its producer has replaced or ended it since it was read.
    """
    await records.lock(session, item.producer, RecordKind.PENALTY, item.key)
    if (standing := await queries.penalty(session, item.producer, item.key)) is None or standing.id != item.id:
        return
    (one,) = await held(session, [item])
    state = rules.shown(one.penalty)
    until = state.clock.due_on if state.clock else one.penalty.decided_on - DAY
    await put_again(session, audit.SYSTEM, item, dict(item.content), until, now)
