"""The public resources which changes speak of, many at once."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.lookups import queries as lookups
from svc_credit_registry.record.lookups.rules import body
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.publicity.schemas import ComplaintOut
from svc_credit_registry.record.record_views.service import item_out
from svc_credit_registry.record.records.models import RecordItem


async def enterprises(session: AsyncSession, codes: Sequence[str]) -> Mapping[str, bytes]:
    """The public records of enterprises as REST gives them, by code; those the register does not know are left out."""
    if not codes:
        return {}
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    return {row["code"]: body(row) for row in await lookups.find(driver, codes)}


async def items(session: AsyncSession, changes: Sequence[Change], today: date) -> Mapping[uuid.UUID, bytes | None]:
    """What changes with an item speak of, as REST gives it, by the item's id; None for what is not public any more."""
    wanted = [change.item_id for change in changes if change.item_id is not None]
    if not wanted:
        return {}
    found: dict[uuid.UUID, bytes | None] = dict.fromkeys(wanted)
    for item in await session.scalars(select(RecordItem).where(RecordItem.id.in_(wanted))):
        if item.superseded_at is None and (item.publish_until is None or item.publish_until >= today):
            found[item.id] = item_out(item, english=False).model_dump_json().encode()
    shown = select(ComplaintRecord).where(
        ComplaintRecord.complaint_id.in_(wanted), ComplaintRecord.withheld_at.is_(None)
    )
    for complaint in await session.scalars(shown):
        found[complaint.complaint_id] = ComplaintOut.model_validate(complaint).model_dump_json().encode()
    return found


async def former(session: AsyncSession, items: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[str]]:
    """The ids of the versions before each of these, the oldest first: of which a late reader may still hold one."""
    this, before = RecordItem, aliased(RecordItem)
    same = and_(
        before.producer == this.producer,
        before.kind == this.kind,
        before.key == this.key,
        before.version < this.version,
    )
    query = select(this.id, before.id).join(before, same).where(this.id.in_(items)).order_by(before.version)
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for item_id, former_id in (await session.execute(query)) if items else ():
        found[item_id].append(str(former_id))
    return found
