"""Setting up second factors, checking them, taking them away."""

import base64
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pyotp
import webauthn
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shared import audit
from shared.auth import Caller
from shared.clock import now as clock
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF
from svc_sso.credentials.rules import digest
from svc_sso.factors import queries
from svc_sso.factors.errors import LastFactor, NoSuchFactor, NothingBegun, PasskeyRefused, TooManyFactors, WrongCode
from svc_sso.factors.models import Authenticator, Enrolment, Passkey, RecoveryCode
from svc_sso.factors.rules import (
    ENROLMENT_LIFETIME,
    MOST_OF_A_KIND,
    RECOVERY_CODE,
    RECOVERY_CODES,
    TOTP_CODE,
    plain,
    spaced,
    step_of,
)
from svc_sso.pages.browser import Browser
from svc_sso.sign_ins.service import Noted, note

SITE_NAME = "一网通办"
REQUIRED = UserVerificationRequirement.REQUIRED
UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Holder:
    """Who sets something up: the account, the log-in or log-in request which does it, and where from."""

    account: Account
    key: str
    browser: Browser
    session_id: str | None = None

    @property
    def caller(self) -> Caller:
        """The person as the one who acts."""
        return Caller(subject=str(self.account.id), kind=self.account.kind, session_id=self.session_id)


async def _begin(session: AsyncSession, holder: Holder, now: datetime) -> Enrolment:
    row = await session.get(Enrolment, digest(holder.key), with_for_update=True)
    if row is None:
        row = Enrolment(holder_hash=digest(holder.key), account_id=holder.account.id)
        session.add(row)
    elif row.account_id != holder.account.id or row.expires_at <= now:
        row.account_id, row.secret, row.challenge = holder.account.id, None, None
    row.expires_at = now + ENROLMENT_LIFETIME
    return row


async def _begun(session: AsyncSession, holder: Holder, now: datetime) -> Enrolment:
    row = await session.get(Enrolment, digest(holder.key), with_for_update=True)
    if row is None or row.account_id != holder.account.id or row.expires_at <= now:
        raise NothingBegun
    return row


async def begin_authenticator(session: AsyncSession, holder: Holder, now: datetime) -> tuple[str, str]:
    """The secret for an app and its address for a QR code; the same one while the page is shown again."""
    row = await _begin(session, holder, now)
    row.secret = row.secret or pyotp.random_base32()
    await session.flush()
    return row.secret, pyotp.TOTP(row.secret).provisioning_uri(holder.account.username, issuer_name=SITE_NAME)


async def finish_authenticator(
    session: AsyncSession, holder: Holder, code: str, label: str
) -> tuple[Authenticator, list[str] | None]:
    """The app whose code is right, with recovery codes when it is the first factor. Raises WrongCode, NothingBegun."""
    now = clock()
    row = await _begun(session, holder, now)
    if row.secret is None:
        raise NothingBegun
    step = step_of(plain(code), row.secret, now.timestamp(), 0)
    if step is None:
        raise WrongCode
    has = await queries.owned(session, holder.account.id)
    if has.authenticators >= MOST_OF_A_KIND:
        raise TooManyFactors
    app = Authenticator(
        account_id=holder.account.id, label=label[:64], secret=row.secret, last_step=step, last_used_at=now
    )
    codes = await _keep(session, holder, app, "authenticator", now)
    return app, codes


async def _keep(
    session: AsyncSession, holder: Holder, factor: Authenticator | Passkey, kind: str, now: datetime
) -> list[str] | None:
    had = await queries.owned(session, holder.account.id)
    session.add(factor)
    await session.execute(delete(Enrolment).where(Enrolment.holder_hash == digest(holder.key)))
    await session.flush()
    await _tell(session, holder, "factor_added", kind, factor.id)
    note(session, holder.account.id, Noted("factor_added", kind, holder.browser), now)
    return None if had.lasting else await _new_codes(session, holder.account.id)


async def _tell(session: AsyncSession, holder: Holder, what: str, kind: str, factor_id: object) -> None:
    await audit.record(
        session,
        holder.caller,
        action=what.replace("_", "."),
        object_type="account",
        object_id=holder.account.id,
        after={"kind": kind, "factor": str(factor_id)},
    )


async def _new_codes(session: AsyncSession, account_id: uuid.UUID, count: int = RECOVERY_CODES) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(count)]
    session.add_all(RecoveryCode(code_hash=_code_hash(account_id, code), account_id=account_id) for code in codes)
    await session.flush()
    return [spaced(code) for code in codes]


def _code_hash(account_id: uuid.UUID, code: str) -> bytes:
    return digest(f"{account_id}:{code}")


async def new_codes(session: AsyncSession, holder: Holder, now: datetime) -> list[str]:
    """New recovery codes in place of all that were before. Raises NoSuchFactor when there is nothing to recover."""
    if not (await queries.owned(session, holder.account.id)).lasting:
        raise NoSuchFactor
    codes = await _new_codes(session, holder.account.id)
    await _tell(session, holder, "factor_added", "recovery", "codes")
    note(session, holder.account.id, Noted("factor_added", "recovery", holder.browser), now)
    return codes


async def check_code(session: AsyncSession, account_id: uuid.UUID, code: str, now: datetime) -> str | None:
    """Which factor a code is of, `code` or `recovery`; it is taken once only. None for a wrong one."""
    given = plain(code)
    if TOTP_CODE.fullmatch(given):
        for app in await queries.locked_authenticators(session, account_id):
            step = step_of(given, app.secret, now.timestamp(), app.last_step)
            if step is not None:
                app.last_step, app.last_used_at = step, now
                return "code"
        return None
    if not RECOVERY_CODE.fullmatch(given):
        return None
    row = await queries.locked_recovery_code(session, _code_hash(account_id, given))
    if row is None:
        return None
    row.used_at = now
    return "recovery"


def _descriptors(rows: Any) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=row.credential_id) for row in rows]


async def begin_passkey(session: AsyncSession, holder: Holder, origin: str, now: datetime) -> dict[str, Any]:
    """The options for `navigator.credentials.create`."""
    row = await _begin(session, holder, now)
    row.challenge = secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=rp_id(origin),
        rp_name=SITE_NAME,
        user_name=holder.account.username,
        user_id=holder.account.id.bytes,
        challenge=row.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
        ),
        exclude_credentials=_descriptors(await queries.passkeys(session, holder.account.id)),
    )
    await session.flush()
    return dict(json.loads(options_to_json(options)))


async def finish_passkey(
    session: AsyncSession, holder: Holder, origin: str, credential: str | dict[str, Any], label: str
) -> tuple[Passkey, list[str] | None]:
    """The passkey which was made, with recovery codes when it is the first factor. Raises PasskeyRefused."""
    now = clock()
    row = await _begun(session, holder, now)
    if row.challenge is None:
        raise NothingBegun
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=row.challenge,
            expected_rp_id=rp_id(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except UNREADABLE as exc:
        raise PasskeyRefused from exc
    if await queries.locked_passkey(session, made.credential_id) is not None:
        raise PasskeyRefused
    if (await queries.owned(session, holder.account.id)).passkeys >= MOST_OF_A_KIND:
        raise TooManyFactors
    key = Passkey(
        account_id=holder.account.id,
        label=label[:64],
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    return key, await _keep(session, holder, key, "passkey", now)


def rp_id(origin: str) -> str:
    """The host under which passkeys hold."""
    return urlsplit(origin).hostname or "localhost"


async def passkey_options(session: AsyncSession, origin: str, challenge: bytes, account_id: uuid.UUID | None) -> str:
    """The options for `navigator.credentials.get`, as JSON. Without an account any passkey of this site will do."""
    allowed = await queries.passkeys(session, account_id) if account_id else []
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(origin),
        challenge=challenge,
        allow_credentials=_descriptors(allowed),
        user_verification=REQUIRED,
    )
    return options_to_json(options)


async def check_passkey(
    session: AsyncSession, origin: str, challenge: bytes, credential: str, now: datetime
) -> uuid.UUID | None:
    """Whose passkey has signed the challenge; None when anything about it is wrong."""
    try:
        named = webauthn.base64url_to_bytes(str(json.loads(credential)["id"]))
        row = await queries.locked_passkey(session, named)
        if row is None:
            return None
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(origin),
            expected_origin=origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE:
        return None
    row.sign_count, row.last_used_at = checked.new_sign_count, now
    return row.account_id


async def remove(session: AsyncSession, holder: Holder, factor_id: uuid.UUID, now: datetime) -> None:
    """Takes a factor away. Raises NoSuchFactor, also for those of others, and LastFactor for the last one of staff."""
    await accounts.locked(session, holder.account.id)  # of two that are taken away at once the second sees the first
    app = await session.get(Authenticator, factor_id, with_for_update=True)
    key = await session.get(Passkey, factor_id, with_for_update=True)
    factor: Authenticator | Passkey | None = app or key
    if factor is None or factor.account_id != holder.account.id:
        raise NoSuchFactor
    kind = "passkey" if app is None else "authenticator"
    has = await queries.owned(session, holder.account.id)
    last = has.authenticators + has.passkeys == 1
    if last and holder.account.kind == STAFF:
        raise LastFactor
    await session.delete(factor)
    if last:
        await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == holder.account.id))
    await session.flush()
    await _tell(session, holder, "factor_removed", kind, factor_id)
    note(session, holder.account.id, Noted("factor_removed", kind, holder.browser), now)


async def reset(session: AsyncSession, caller: Caller, account: Account, now: datetime) -> str:
    """Takes all factors of a member of staff away; the one-time secret which stands in for them, to set up new ones."""
    await clear(session, caller, account, now)
    return (await _new_codes(session, account.id, 1))[0]


async def clear(session: AsyncSession, caller: Caller, account: Account, now: datetime) -> None:
    """Takes all factors of an account away, recovery codes too."""
    for model in (Authenticator, Passkey, Enrolment, RecoveryCode):
        await session.execute(delete(model).where(model.account_id == account.id))
    await audit.record(session, caller, action="factors.reset", object_type="account", object_id=account.id)
    note(session, account.id, Noted("factor_removed", "all", Browser("", "")), now)


async def forget_enrolments(session: AsyncSession, now: datetime) -> int:
    """Drops what nobody finished setting up in time; how many."""
    result = await session.execute(delete(Enrolment).where(Enrolment.expires_at < now).returning(Enrolment.holder_hash))
    return len(result.all())
