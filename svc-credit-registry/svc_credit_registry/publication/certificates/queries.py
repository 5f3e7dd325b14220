"""Reading certificates and their keys, and what the record says now."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.publication.certificates.models import Certificate, CertificateKey
from svc_credit_registry.record.publicity import queries as publicity
from svc_credit_registry.record.records import queries as records


async def by_number(session: AsyncSession, number: str) -> Certificate | None:
    """The certificate with this number."""
    return await session.get(Certificate, number)


async def of_content(session: AsyncSession, code: str, as_of: date, digest: str) -> Certificate | None:
    """The certificate that says just this of a day."""
    same = (Certificate.code == code, Certificate.as_of == as_of, Certificate.digest == digest)
    return (await session.scalars(select(Certificate).where(*same))).one_or_none()


def requested_by(subject: str) -> Select[Certificate]:
    """The certificates that a person asked for."""
    return select(Certificate).where(Certificate.requested_by == subject)


async def keys(session: AsyncSession) -> Sequence[CertificateKey]:
    """All keys, the newest first: it signs, all of them verify."""
    order = (CertificateKey.created_at.desc(), CertificateKey.kid)
    return (await session.scalars(select(CertificateKey).order_by(*order))).all()


async def items_by_kind(session: AsyncSession, code: str, day: date, today: date) -> dict[str, list[uuid.UUID]]:
    """Which versions of items the public saw at the end of `day`, by kind: they never change, so their ids tell all."""
    inner = records.shown(code, None, day, today).subquery()
    found = await session.execute(select(inner.c.kind, func.array_agg(inner.c.id)).group_by(inner.c.kind))
    return {str(kind): sorted(ids) for kind, ids in found}


async def complaint_numbers(session: AsyncSession, code: str, day: date) -> list[str]:
    """The numbers of the complaints on the record at the end of `day`."""
    return sorted(row.number for row in await session.scalars(publicity.shown_on(code, day)))
