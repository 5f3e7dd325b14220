"""Reading grants, and the data they open."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import STATUTORY_ZONE
from shared.codes import regions
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.sharing.grants.models import ResourceGrant
from svc_credit_registry.sharing.grants.rules import Scope
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import Coverage

G, E, R = ResourceGrant, Enterprise, RecordItem


async def active(session: AsyncSession, resource: str, grantee: str, day: date) -> Sequence[ResourceGrant]:
    """The grants of an agency for a resource that hold on `day`."""
    query = select(G).where(
        G.resource_code == resource,
        G.grantee == grantee,
        G.revoked_at.is_(None),
        G.valid_from <= day,
        G.valid_until >= day,
    )
    return (await session.scalars(query.order_by(G.id).execution_options(populate_existing=True))).all()


def grants(resource_code: str | None, grantee: str | None, concerned: str | None) -> Select[Any]:
    """Grants for a resource, of an agency, those that concern one as grantee or as producer; None means any."""
    given = {"resource_code": resource_code, "grantee": grantee}
    query = select(G).filter_by(**{name: value for name, value in given.items() if value is not None})
    if concerned is None:
        return query
    own = select(Resource.code).where(Resource.producer == concerned)
    return query.where(or_(G.grantee == concerned, G.resource_code.in_(own)))


def enterprises(scopes: Sequence[Scope], since: date | None) -> Select[Any]:
    """Enterprises within all `scopes`."""
    query = select(E).where(*(clause for scope in scopes for clause in _within(scope)))
    return query if since is None else query.where(E.received_at >= _start_of(since))


def items(resource: Resource, scopes: Sequence[Scope], since: date | None, today: date) -> Select[Any]:
    """The items of a resource that stand and may be shown, of enterprises within all `scopes`.

    They are its producer's own, unless the catalogue says that it holds those of all.
    """
    shown = or_(R.publish_until.is_(None), R.publish_until >= today)
    query = select(R).where(R.kind == resource.kind, R.superseded_at.is_(None), shown)
    if resource.coverage == Coverage.OWN:
        query = query.where(R.producer == resource.producer)
    clauses = [clause for scope in scopes for clause in _within(scope)]
    if clauses:
        query = query.join(E, E.code == R.code).where(*clauses)
    return query if since is None else query.where(R.recorded_at >= _start_of(since))


def _within(scope: Scope) -> Sequence[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    prefixes = [regions.prefix(region) for region in scope.regions]
    if prefixes and "" not in prefixes:
        clauses.append(or_(*(E.region.startswith(prefix, autoescape=True) for prefix in prefixes)))
    if scope.industries:
        clauses.append(or_(*(E.industry_code.startswith(code, autoescape=True) for code in scope.industries)))
    if scope.codes:
        clauses.append(E.code.in_(scope.codes))
    return clauses


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), STATUTORY_ZONE)
