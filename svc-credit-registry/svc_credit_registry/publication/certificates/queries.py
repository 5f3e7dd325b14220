"""Reading certificates and their keys, and what the record says now."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, load_only, undefer

from svc_credit_registry.publication.certificates.models import Certificate, CertificateKey
from svc_credit_registry.record.publicity import queries as publicity
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.records import queries as records

TURN_LOCK = 7_301_003


async def by_number(session: AsyncSession, number: str, *large: InstrumentedAttribute[Any]) -> Certificate | None:
    """The certificate with this number, with those of its `large` columns that are asked for."""
    query = select(Certificate).where(Certificate.number == number).options(*(undefer(column) for column in large))
    return (await session.scalars(query)).one_or_none()


async def of_content(session: AsyncSession, code: str, as_of: date, digest: str) -> Certificate | None:
    """The certificate that says just this of a day."""
    same = (Certificate.code == code, Certificate.as_of == as_of, Certificate.digest == digest)
    query = select(Certificate).where(*same).options(undefer(Certificate.token))
    return (await session.scalars(query)).one_or_none()


async def issued_before_quota(session: AsyncSession, subject: str, since: datetime, quota: int) -> datetime | None:
    """When the certificate was issued that must grow old before the person gets another one; None while fewer are."""
    query = (
        select(Certificate.issued_at)
        .where(Certificate.requested_by == subject, Certificate.issued_at > since)
        .order_by(Certificate.issued_at.desc())
        .offset(quota - 1)
        .limit(1)
    )
    return await session.scalar(query)


async def take_turn(session: AsyncSession, subject: str) -> bool:
    """Whether nobody issues a certificate for this person just now; nobody else does until the transaction ends."""
    turn = func.pg_try_advisory_xact_lock(func.hashtextextended(subject, TURN_LOCK))
    return bool(await session.scalar(select(turn)))


def requested_by(subject: str) -> Select[Certificate]:
    """The certificates that a person asked for, as a list tells of them."""
    c = Certificate
    told = load_only(c.number, c.code, c.as_of, c.issued_at, c.digest)
    return select(c).where(c.requested_by == subject).options(told)


async def keys(session: AsyncSession) -> Sequence[CertificateKey]:
    """All keys, the newest first: it signs, all of them verify."""
    order = (CertificateKey.created_at.desc(), CertificateKey.kid)
    return (await session.scalars(select(CertificateKey).order_by(*order))).all()


async def fingerprints(session: AsyncSession, code: str, day: date, today: date) -> dict[str, str]:
    """Which versions of items the public saw at the end of `day`: SHA-256 of their ids in canonical JSON, by kind.

    Versions never change, so their ids tell all. The database adds them up (`rules.fingerprint` gives the same): anyone
    may verify, and the items of an enterprise may be many.
    """
    inner = records.shown(code, None, day, today).subquery()
    ids = func.string_agg(cast(inner.c.id, String), aggregate_order_by(literal('","'), inner.c.id))
    digest = func.encode(func.sha256(func.convert_to(func.concat('["', ids, '"]'), "UTF8")), "hex")
    found = await session.execute(select(inner.c.kind, digest).group_by(inner.c.kind))
    return {str(kind): str(told) for kind, told in found}


async def complaint_numbers(session: AsyncSession, code: str, day: date) -> list[str]:
    """The numbers of the complaints on the record at the end of `day`."""
    return sorted(await session.scalars(publicity.shown_on(code, day).with_only_columns(ComplaintRecord.number)))
