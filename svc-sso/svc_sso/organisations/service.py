"""For whom a person may act, and how the platform learns who represents an enterprise."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.clock import now as clock
from shared.clock import today
from shared.events.credit_registry import EnterpriseChangedV1, EnterpriseRegisteredV1
from shared.events.sso import AccessChangedV1
from shared.outbound import DependencyUnavailable, Outbound, UpstreamProblem
from shared.privacy import mask_name
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON
from svc_sso.accounts.service import own_account
from svc_sso.organisations import queries
from svc_sso.organisations.errors import EnterpriseUnknown, NotRepresentative, OrganisationUnknown
from svc_sso.organisations.models import Organisation
from svc_sso.organisations.schemas import ActingForOut, shown_agent, shown_representative
from svc_sso.tokens.rules import Context
from svc_sso.verifications import service as verifications
from svc_sso.verifications.rules import TWO_FACTOR
from svc_sso.verifications.service import RepresentativeVerifier


@dataclass(frozen=True)
class Facts:
    """What the register says of an enterprise."""

    code: str
    name: str
    region: str
    representative_name: str


async def context_for(session: AsyncSession, account: Account, org: str) -> Context | None:
    """How `account` may act for the enterprise with the credit code `org` now, None when he may not."""
    found = await queries.organisation(session, org) if account.kind == PERSON else None
    if found is None:
        return None
    if found.representative_id == account.id:
        return Context(org)
    mandate = await queries.mandate_in_force(session, org, account.id, today())
    if mandate is None:
        return None
    return Context(org, str(mandate.id), tuple(mandate.matters) if mandate.matters is not None else None)


async def acting_for(session: AsyncSession, account_id: uuid.UUID) -> list[ActingForOut]:
    """The enterprises for which someone may act today: those he represents, then those of his mandates."""
    own = [shown_representative(row) for row in await queries.represented_by(session, account_id)]
    codes = {one.code for one in own}
    agents = await queries.mandates_of_agent_on(session, account_id, today())
    return own + [shown_agent(mandate, row) for mandate, row in agents if row.code not in codes]


async def represented(session: AsyncSession, caller: Caller, code: str, *, lock: bool = False) -> Organisation:
    """The enterprise whose legal representative the caller is; 404 for any other."""
    found = await queries.organisation(session, code, lock=lock)
    if found is None or str(found.representative_id) != caller.subject:
        raise OrganisationUnknown
    return found


async def learn(session: AsyncSession, event: EnterpriseRegisteredV1) -> None:
    """Keeps what the register told: the enterprise, and its representative's account when there is one."""
    facts = Facts(event.code, event.name, event.region, event.legal_representative_name)
    account = await accounts.active(session, event.representative_id) if event.representative_id else None
    person = account if account is not None and account.kind == PERSON else None
    await _keep(session, audit.SYSTEM, facts, person.id if person else None, clock())


async def follow(session: AsyncSession, event: EnterpriseChangedV1) -> None:
    """Keeps what the register has changed of an enterprise which is known here.

    It ends the representation by someone of another name than the register has now; the successor claims it himself.
    Mandates stand: they are the enterprise's, and the successor revokes them.
    """
    named = event.legal_representative_name
    if named is event.name is event.region is None:
        return
    row = await queries.organisation(session, event.code, lock=True)
    if row is None:
        return
    kept = Facts(row.code, row.name, row.region, row.representative_name)
    facts = Facts(row.code, event.name or row.name, event.region or row.region, named or row.representative_name)
    if facts != kept:
        stays = facts.representative_name == kept.representative_name
        await _keep(session, audit.SYSTEM, facts, row.representative_id if stays else None, clock())


async def claim(
    session: AsyncSession, outbound: Outbound, caller: Caller, code: str, register: RepresentativeVerifier
) -> Organisation:
    """Makes the caller the representative of an enterprise that was registered elsewhere or before.

    His name must be the one in the register, and his identity that of its representative. 403 otherwise, also when
    his own identity has not been checked yet.
    """
    account = await own_account(session, caller)
    verifications.demand(account, TWO_FACTOR)
    facts = await registered(outbound, code)
    named = facts.representative_name == account.name
    confirmed = account.id_number is not None and await register.confirms(session, code, account.id_number)
    if not (named and confirmed):
        raise NotRepresentative
    await _keep(session, caller, facts, account.id, clock())
    return await represented(session, caller, code)


async def registered(outbound: Outbound, code: str) -> Facts:
    """What the register says of an enterprise now. Raises EnterpriseUnknown, DependencyUnavailable."""
    try:
        found = await outbound.get("credit-registry", f"/v1/enterprises/{code}", anonymous=True)
    except UpstreamProblem as problem:
        if problem.status in (404, 422):
            raise EnterpriseUnknown from problem
        raise DependencyUnavailable("登记簿暂不能答复 / the registry can't answer") from problem
    return Facts(str(found["code"]), str(found["name"]), str(found["region"]), str(found["legal_representative_name"]))


async def _keep(
    session: AsyncSession, by: Caller, facts: Facts, representative: uuid.UUID | None, now: datetime
) -> None:
    row = await queries.organisation(session, facts.code, lock=True)
    before: dict[str, object] = _told(row) if row else {}
    old = row.representative_id if row else None
    if row is None:
        row = Organisation(code=facts.code)
        session.add(row)
    row.name, row.region, row.representative_name = facts.name, facts.region, facts.representative_name
    if representative != old:
        row.representative_id, row.representative_since = representative, now if representative else None
    await session.flush()
    await audit.record(
        session,
        by,
        action="organisation.learnt",
        object_type="organisation",
        object_id=row.code,
        before=before,
        after=_told(row),
    )
    if old is not None and old != representative:
        await outbox.publish(session, AccessChangedV1(account_id=old))
    if representative is not None and old != representative:
        await outbox.publish(session, AccessChangedV1(account_id=representative, revokes=False))


def _told(row: Organisation) -> dict[str, object]:
    return {
        "name": row.name,
        "representative_name": mask_name(row.representative_name),
        "representative_id": row.representative_id,
    }
