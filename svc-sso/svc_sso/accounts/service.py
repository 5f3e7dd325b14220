"""Opening an account, reading and changing the own one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.events.sso import AccountOpenedV1
from shared.http import check_version
from shared.privacy import blind_index, mask_phone
from svc_sso.accounts import queries
from svc_sso.accounts.errors import AccountOver, IdentityTaken, NotYourData, UsernameTaken
from svc_sso.accounts.models import Account, ProfileRead
from svc_sso.accounts.rules import PERSON, check_username, mask_address, mask_email, normalized_username
from svc_sso.accounts.schemas import AccountIn, MeIn, ProfileOut
from svc_sso.credentials.rules import POLICIES, Policy, check_password
from svc_sso.credentials.service import hash_password, set_password
from svc_sso.settings import Settings

ID_NUMBER_SCOPE = "accounts.id_number"
PROFILE_FIELDS = ("name", "id_number", "phone")
SELF = "self"


def policy_of(settings: Settings, kind: str) -> Policy:
    """What a password of this kind of account must be, by the settings."""
    return POLICIES[settings.password_policy_person if kind == PERSON else settings.password_policy_staff]


def check_new_password(password: str, account: Account, policy: Policy) -> None:
    """Refuses a password which the policy does not allow, or which is made of what is known of its holder."""
    check_password(password, account.username, policy, (account.name, account.phone or ""))


async def open_account(session: AsyncSession, body: AccountIn, policy: Policy, now: datetime) -> Account:
    """A natural person's new account. One user name and one identity number each have one account."""
    username = normalized_username(body.username)
    check_username(username, PERSON)
    check_password(body.password, username, policy, (body.name, body.phone))
    # Hashed before the first statement: no connection is held while a thread computes.
    hashed = await hash_password(body.password)
    index = blind_index(body.id_number, ID_NUMBER_SCOPE)
    if await queries.by_username(session, username) is not None:
        raise UsernameTaken
    if await queries.has_identity(session, index):
        raise IdentityTaken
    account = Account(
        kind=PERSON,
        username=username,
        name=body.name,
        id_number=body.id_number,
        id_number_index=index,
        phone=body.phone,
        roles=[],
    )
    await keep_new(session, account, hashed, now, by=None)
    return account


async def keep_new(
    session: AsyncSession, account: Account, hashed: str, now: datetime, *, by: Caller | None, must_change: bool = False
) -> None:
    """Stores a new account with its password and tells of it."""
    session.add(account)
    await session.flush()
    await set_password(session, account.id, hashed, now, must_change=must_change)
    after = {"username": account.username, "kind": account.kind, "roles": account.roles, "region": account.region}
    opener = by or Caller(subject=str(account.id), kind=account.kind)
    await audit.record(
        session, opener, action="account.opened", object_type="account", object_id=account.id, after=after
    )
    await outbox.publish(session, AccountOpenedV1(account_id=account.id, kind=account.kind))


async def own_account(session: AsyncSession, caller: Caller, *, hold: bool = False) -> Account:
    """The caller's account; 401 when it was disabled since the token was issued, or is a machine's. With `hold` it
    stays as it is until the transaction ends.
    """
    try:
        account = await queries.active(session, uuid.UUID(caller.subject), hold=hold)
    except ValueError:
        account = None
    if account is None:
        raise AccountOver
    return account


async def change_own(session: AsyncSession, caller: Caller, body: MeIn, version: int) -> Account:
    """Changes how the holder of the own account is reached; what `body` leaves out stays."""
    account = await own_account(session, caller)
    check_version(account, version)
    before = _reached(account)
    for name in body.model_fields_set:
        setattr(account, name, getattr(body, name))
    await session.flush()
    after = _reached(account)
    changed = [name for name in after if name in body.model_fields_set]
    await audit.record(
        session,
        caller,
        action="account.changed",
        object_type="account",
        object_id=account.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return account


def _reached(account: Account) -> dict[str, str | None]:
    return {
        "phone": mask_phone(account.phone) if account.phone else None,
        "email": mask_email(account.email) if account.email else None,
        "address": mask_address(account.address) if account.address else None,
    }


async def read_profile(session: AsyncSession, caller: Caller, purpose: str) -> ProfileOut:
    """The caller's unmasked data, for the person or for a service acting for him; the reading itself is kept."""
    if caller.actor is not None and not caller.actor.startswith("svc-"):
        raise NotYourData
    account = await own_account(session, caller)
    reader = caller.actor or SELF
    session.add(ProfileRead(account_id=account.id, reader=reader, purpose=purpose, fields=list(PROFILE_FIELDS)))
    await audit.record(
        session,
        caller,
        action="profile.read",
        object_type="account",
        object_id=account.id,
        after={"fields": list(PROFILE_FIELDS), "reader": reader},
        reason=purpose,
    )
    return ProfileOut(account_id=account.id, name=account.name, id_number=account.id_number, phone=account.phone)


@dataclass(frozen=True)
class Reading:
    """What an official of `unit` has read of a person in full, in the case of `number`."""

    unit: str
    number: str
    fields: Sequence[str]
    at: datetime


async def note_reading(session: AsyncSession, account_id: uuid.UUID, reading: Reading) -> None:
    """Shows a person what was read of him elsewhere. The audit of it is with the service where it was read."""
    if await session.get(Account, account_id) is None:
        return
    row = ProfileRead(account_id=account_id, reader=reading.unit, purpose=reading.number, fields=list(reading.fields))
    row.read_at = reading.at
    session.add(row)
