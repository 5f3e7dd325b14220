"""Reading shared data: under a grant where one is needed, only its fields and rows, and never without a trace."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller, InvalidToken
from shared.clock import now as present
from shared.clock import statutory_date
from shared.errors import DomainError
from shared.http import check_version
from shared.runtime import Runtime
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Asked, Exchanged, ExchangeKind, digest
from svc_credit_registry.sharing.grants import queries, rules
from svc_credit_registry.sharing.grants.errors import (
    CaseMissing,
    GrantEnded,
    GrantNeeded,
    GrantToName,
    GrantUnknown,
    NotHere,
    NotShared,
)
from svc_credit_registry.sharing.grants.models import ResourceGrant
from svc_credit_registry.sharing.grants.rules import GrantState, Scope
from svc_credit_registry.sharing.grants.schemas import DataFilters, GrantOut
from svc_credit_registry.sharing.resources import service as resources
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import CONTENT, ResourceSource, Sharing

CHUNK = 1000
READ = "credit-registry:resources:request"


@dataclass(frozen=True)
class Opened:
    """A resource that may be read: which fields of which rows, and by which grant, None where none is needed."""

    resource: Resource
    scope: Scope
    grant_id: uuid.UUID | None

    @property
    def fields(self) -> list[str]:
        """The fields, in the order of the catalogue."""
        return list(self.scope.fields)


async def open_for(session: AsyncSession, caller: Caller, code: str, wanted: DataFilters, asked: Asked) -> Opened:
    """What the caller may read of a resource at this moment; every part of a long answer asks anew."""
    resource = await resources.published(session, code)
    if resource.sharing == Sharing.NOT_SHARED:
        raise NotShared(resource.sharing_basis)
    if resource.source == ResourceSource.EXTERNAL:
        raise NotHere(resource.contact)
    named = tuple(str(field["name"]) for field in resource.fields)
    if resource.sharing == Sharing.UNCONDITIONAL:
        return Opened(resource, Scope(named), None)
    grant = await _grant(session, caller, code, wanted.grant)
    if grant.case_required and asked.case_id is None:
        raise CaseMissing
    scope = scope_of(grant)
    return Opened(resource, replace(scope, fields=tuple(n for n in named if n in scope.fields)), grant.id)


async def _grant(session: AsyncSession, caller: Caller, code: str, named: uuid.UUID | None) -> ResourceGrant:
    found = await queries.active(session, code, exchange.requester_of(caller), statutory_date(present()))
    if named is not None:
        found = [grant for grant in found if grant.id == named]
    if not found:
        raise GrantNeeded(f"POST /v1/resources/{code}/requests", resource=code)
    if len(found) > 1:
        raise GrantToName(grants=[str(grant.id) for grant in found])
    return found[0]


def scope_of(grant: ResourceGrant) -> Scope:
    """The fields and rows of a grant."""
    return Scope(tuple(grant.fields), tuple(grant.regions), tuple(grant.industries), tuple(grant.codes))


def statement_of(opened: Opened, wanted: DataFilters) -> tuple[Select[Any], ColumnElement[Any]]:
    """The rows, and the column by which they are ordered."""
    asked = Scope((), (wanted.region,) if wanted.region else (), (), (wanted.code,) if wanted.code else ())
    scopes = [opened.scope, asked]
    if opened.resource.source == ResourceSource.ENTERPRISES:
        return queries.enterprises(scopes, wanted.changed_since), Enterprise.__table__.c.code
    today = statutory_date(present())
    return queries.items(opened.resource, scopes, wanted.changed_since, today), RecordItem.__table__.c.id


def row_of(entity: Any, fields: Sequence[str]) -> dict[str, Any]:
    """The granted fields of a row, and no others."""
    return {name: _value(entity, name) for name in fields}


def _value(entity: Any, name: str) -> Any:
    if name.startswith(CONTENT):
        return entity.content.get(name.removeprefix(CONTENT))
    return getattr(entity, name)


def written(value: object) -> bytes:
    """JSON as it is sent: dates in ISO 8601, amounts as text."""
    return orjson.dumps(value, default=str)


async def export(
    runtime: Runtime, caller: Caller, code: str, wanted: DataFilters, asked: Asked
) -> AsyncIterator[bytes]:
    """All rows as NDJSON. Each part is in the log before it is sent, and is not sent once the grant has ended, or the
    caller has lost the right to call.

    Nothing is open in the database while a part is sent: a slow reader is in nobody's way.
    """
    last: Any = None
    while True:
        try:
            if runtime.revocations.refuses(caller):
                raise InvalidToken
            async with runtime.sessions() as session, session.begin():
                text, last = await _part(session, caller, code, (wanted, asked), last)
        except DomainError as exc:
            yield written({"error": exc.code}) + b"\n"
            return
        yield text
        if last is None:
            return


async def _part(
    session: AsyncSession, caller: Caller, code: str, of: tuple[DataFilters, Asked], after: Any
) -> tuple[bytes, Any]:
    """The next rows of an export as lines, and the key of the last of them; None when no more follow."""
    wanted, asked = of
    opened = await open_for(session, caller, code, wanted, asked)
    statement, key = statement_of(opened, wanted)
    query = statement.order_by(key).limit(CHUNK)
    rows = (await session.scalars(query if after is None else query.where(key > after))).all()
    text = b"".join(written(row_of(row, opened.fields)) + b"\n" for row in rows)
    await exchange.log(session, caller, asked, Exchanged(ExchangeKind.EXPORT, code, len(rows), digest(text)))
    return text, getattr(rows[-1], key.name) if len(rows) == CHUNK else None


async def find(session: AsyncSession, caller: Caller, grant_id: uuid.UUID, *, lock: bool = False) -> ResourceGrant:
    """A grant of the caller's own, or any for officers and the producer; 404 for all others."""
    grant = await session.get(ResourceGrant, grant_id, with_for_update=lock)
    if grant is None:
        raise GrantUnknown
    if resources.is_officer(caller) or exchange.requester_of(caller) == grant.grantee:
        return grant
    resource = await resources.find(session, grant.resource_code)
    if exchange.requester_of(caller) != resource.producer:
        raise GrantUnknown
    return grant


async def revoke(
    session: AsyncSession, caller: Caller, grant_id: uuid.UUID, version: int, given: tuple[str, datetime]
) -> ResourceGrant:
    """Ends a grant at once, by an officer or the producer; `given` is the reason and the moment."""
    reason, now = given
    grant = await find(session, caller, grant_id, lock=True)
    resources.check_keeper(caller, (await resources.find(session, grant.resource_code)).producer)
    check_version(grant, version)
    if grant.revoked_at is not None:
        raise GrantEnded
    grant.revoked_at, grant.revoked_by, grant.revocation = now, caller.subject, reason
    await session.flush()
    await audit.record(
        session, caller, action="resource_grant.revoked", object_type="resource_grant", object_id=grant.id,
        after={"resource": grant.resource_code, "grantee": grant.grantee}, reason=reason,
    )  # fmt: skip
    return grant


def shown(grant: ResourceGrant, today: date, *, english: bool) -> GrantOut:
    """A grant as it goes out."""
    state = rules.state_on(today, grant.valid_from, grant.valid_until, revoked=grant.revoked_at is not None)
    values = {name: getattr(grant, name) for name in GrantOut.model_fields if hasattr(grant, name)}
    return GrantOut(**values, state=GrantState(state), state_label=rules.STATE_LABELS[state][english])
