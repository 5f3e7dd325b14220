"""Gives out numbers, each once."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.numbering.models import Serial
from svc_services.numbering.rules import Kind, number_for


async def next_number(session: AsyncSession, kind: Kind, region: str, day: date) -> str:
    """The next number of `kind` in `region` on `day`. The counter's row is locked until the transaction ends."""
    first = insert(Serial).values(kind=kind.value, region=region, day=day, last=1)
    counted = first.on_conflict_do_update(
        index_elements=[Serial.kind, Serial.region, Serial.day], set_={"last": Serial.last + 1}
    ).returning(Serial.last)
    serial = (await session.execute(counted)).scalar_one()
    return number_for(kind, region, day, serial)
