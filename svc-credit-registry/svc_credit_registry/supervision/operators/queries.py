"""Reading sites."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.supervision.operators.models import OnlineSite
from svc_credit_registry.supervision.operators.rules import Mark, OperatorKind

S = OnlineSite


@dataclass(frozen=True)
class Filters:
    """What a list of sites is narrowed to."""

    code: str | None = None
    domain: str | None = None
    platform: str | None = None
    icp_number: str | None = None
    kind: str | None = None


async def by_id(session: AsyncSession, site_id: uuid.UUID, *, lock: bool = False) -> Row[OnlineSite, Enterprise] | None:
    """A site and its operator; locked when asked so."""
    query = select(S, Enterprise).join(Enterprise, Enterprise.code == S.code).where(S.id == site_id)
    if lock:
        query = query.with_for_update(of=S).execution_options(populate_existing=True)
    return (await session.execute(query)).one_or_none()


def shown(filters: Filters) -> Select[Any]:
    """Sites with their operators."""
    query = select(S, Enterprise).join(Enterprise, Enterprise.code == S.code)
    for name in ("code", "domain", "platform", "icp_number", "kind"):
        value = getattr(filters, name)
        query = query if value is None else query.where(getattr(S, name) == value)
    return cast("Select[Any]", query)


async def taken(
    session: AsyncSession, kind: OperatorKind, domain: str | None, place: tuple[str | None, str | None]
) -> bool:
    """Whether an operator trades under this domain, or this account of a platform, already."""
    query = select(S.id).where(S.closed_on.is_(None), S.mark != Mark.REFUTED)
    if kind is OperatorKind.WEBSITE:
        query = query.where(S.kind == OperatorKind.WEBSITE, S.domain == domain)
    else:
        query = query.where(S.kind != OperatorKind.WEBSITE, S.platform == place[0], S.account == place[1])
    return await session.scalar(query.limit(1)) is not None


async def operators_of(session: AsyncSession, domains: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """Who trades under these domains now, and whether that was checked."""
    query = select(S.domain, S.code, S.mark).where(
        S.domain.in_(domains), S.kind == OperatorKind.WEBSITE, S.closed_on.is_(None), S.mark != Mark.REFUTED
    )
    return {str(domain): (code, mark == Mark.VERIFIED) for domain, code, mark in await session.execute(query)}
