"""Checking identities: against a population register (两要素), at a counter, against the register of legal persons.

A verifier is a port: whoever has `name` and `confirms`. `SSO_POPULATION_VERIFIER` and `SSO_REPRESENTATIVE_VERIFIER`
name the one to use (`module:object`); the local registers are tables which `python -m svc_sso.load_registers` fills.
"""

import pkgutil
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.events.sso import AccessChangedV1
from shared.privacy import blind_index
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON, normalized_username
from svc_sso.accounts.service import ID_NUMBER_SCOPE, own_account
from svc_sso.settings import Settings
from svc_sso.verifications.errors import DocumentDiffers, TooManyChecks, TrustLevelNeeded
from svc_sso.verifications.models import RegisteredPerson, RegisteredRepresentative, Verification
from svc_sso.verifications.rules import (
    CONFIRMED,
    FAILURES_A_DAY,
    IN_PERSON,
    NOT_CONFIRMED,
    TWO_FACTOR,
    higher,
    reaches,
)
from svc_sso.verifications.schemas import CounterCheckIn

NAME_SCOPE = "registered_people.name"
LOCK = 7_205  # keeps these locks apart from others' in the database


class PopulationVerifier(Protocol):
    """Says whether a name and an identity number belong together."""

    name: str

    async def confirms(self, session: AsyncSession, name: str, id_number: str) -> bool:
        """Whether the register knows this name under this number. Raises Unavailable while it can't answer."""


class LocalPopulation:
    """The population register which was loaded here."""

    name = "local_population_register"

    async def confirms(self, session: AsyncSession, name: str, id_number: str) -> bool:
        """Whether the loaded register knows this name under this number."""
        row = await session.get(RegisteredPerson, blind_index(id_number, ID_NUMBER_SCOPE))
        return row is not None and row.name_index == blind_index(name, NAME_SCOPE)


class RepresentativeVerifier(Protocol):
    """Says whether a person is the legal representative of an enterprise."""

    name: str

    async def confirms(self, session: AsyncSession, code: str, id_number: str) -> bool:
        """Whether the register names the person with this number. Raises Unavailable while it can't answer."""


class LocalRepresentatives:
    """The register of legal persons which was loaded here."""

    name = "local_legal_person_register"

    async def confirms(self, session: AsyncSession, code: str, id_number: str) -> bool:
        """Whether the loaded register names the person with this number."""
        row = await session.get(RegisteredRepresentative, code)
        return row is not None and row.id_number_index == blind_index(id_number, ID_NUMBER_SCOPE)


def demand(account: Account, needed: str) -> None:
    """Refuses an account whose identity was not checked as well as `needed` says."""
    if not reaches(account.trust_level, needed):
        raise TrustLevelNeeded(needed=needed, trust_level=account.trust_level, how=TrustLevelNeeded.HOW)


def representatives_of(settings: Settings) -> RepresentativeVerifier:
    """The register of legal persons which is configured."""
    verifier: RepresentativeVerifier = pkgutil.resolve_name(settings.representative_verifier)()
    return verifier


async def check_self(session: AsyncSession, settings: Settings, caller: Caller, now: datetime) -> Verification:
    """Checks the caller's name and number against the population register; both outcomes are kept.

    One after the other: of many at once none would see that the others fail.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(caller.subject, LOCK))))
    account = await own_account(session, caller)
    if account.kind != PERSON or account.id_number is None:
        raise DocumentDiffers
    if await _failures(session, account.id, now) >= FAILURES_A_DAY:
        raise TooManyChecks(headers={"Retry-After": "86400"})
    verifier: PopulationVerifier = pkgutil.resolve_name(settings.population_verifier)()
    confirmed = await verifier.confirms(session, account.name, account.id_number)
    outcome = CONFIRMED if confirmed else NOT_CONFIRMED
    row = Verification(account_id=account.id, level=TWO_FACTOR, outcome=outcome, verifier=verifier.name)
    await _keep(session, caller, account, row, now)
    return row


async def check_at_counter(session: AsyncSession, caller: Caller, body: CounterCheckIn, now: datetime) -> Verification:
    """Notes that a member of staff has seen the person with a document; 422 when it shows another person."""
    account = await accounts.by_username(session, normalized_username(body.username))
    seen = (body.name, body.id_number)
    if account is None or account.disabled_at or account.kind != PERSON or (account.name, account.id_number) != seen:
        raise DocumentDiffers
    row = Verification(
        account_id=account.id,
        level=IN_PERSON,
        outcome=CONFIRMED,
        verifier=f"counter {caller.unit}"[:64],
        checked_by=uuid.UUID(caller.subject),
        document=body.document,
    )
    await _keep(session, caller, account, row, now)
    return row


async def _keep(session: AsyncSession, caller: Caller, account: Account, row: Verification, now: datetime) -> None:
    before = account.trust_level
    session.add(row)
    if row.outcome == CONFIRMED:
        account.trust_level = higher(before, row.level)
        account.trust_checked_at, account.trust_verifier = now, row.verifier
    await session.flush()
    await audit.record(
        session,
        caller,
        action="identity.checked",
        object_type="account",
        object_id=account.id,
        before={"trust_level": before},
        after={"trust_level": account.trust_level, "outcome": row.outcome, "verifier": row.verifier},
    )
    if account.trust_level != before:
        await outbox.publish(session, AccessChangedV1(account_id=account.id, revokes=False))


async def _failures(session: AsyncSession, account_id: uuid.UUID, now: datetime) -> int:
    query = select(func.count()).select_from(Verification)
    recent = Verification.at > now - timedelta(days=1)
    failed = Verification.outcome == NOT_CONFIRMED
    return int(await session.scalar(query.where(Verification.account_id == account_id, failed, recent)) or 0)


async def checks_of(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Verification]:
    """The latest checks of an account, newest first."""
    query = select(Verification).where(Verification.account_id == account_id).order_by(Verification.id.desc())
    return (await session.scalars(query.limit(50))).all()


async def load_people(session: AsyncSession, people: Sequence[tuple[str, str]]) -> None:
    """Enters people (name, identity number) into the local population register; who is there gets the new name."""
    for start in range(0, len(people), 1000):
        rows = [
            {"id_number_index": blind_index(number, ID_NUMBER_SCOPE), "name_index": blind_index(name, NAME_SCOPE)}
            for name, number in people[start : start + 1000]
        ]
        statement = insert(RegisteredPerson).values(rows)
        changes = {"name_index": statement.excluded.name_index}
        await session.execute(statement.on_conflict_do_update(index_elements=["id_number_index"], set_=changes))


async def load_representatives(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    """Enters representatives (credit code, identity number) into the local register of legal persons."""
    for start in range(0, len(pairs), 1000):
        rows = [
            {"code": code, "id_number_index": blind_index(number, ID_NUMBER_SCOPE)}
            for code, number in pairs[start : start + 1000]
        ]
        statement = insert(RegisteredRepresentative).values(rows)
        changes = {"id_number_index": statement.excluded.id_number_index}
        await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changes))
