"""The steps of a log-in, behind its pages."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now as clock
from shared.db import Sessions
from svc_sso.access import STEP_UP_SECONDS
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF
from svc_sso.accounts.service import check_new_password, policy_of
from svc_sso.clients.models import Client
from svc_sso.clients.service import find
from svc_sso.consents import service as consents
from svc_sso.credentials.rules import digest, due
from svc_sso.credentials.service import check_unused, former_hashes, hash_password, present_hash
from svc_sso.factors import queries as factors
from svc_sso.factors.rules import (
    CODE,
    ENROL,
    IDENTIFY,
    KEY,
    PASSWORD,
    Owned,
    Shown,
    acr_of,
    lowest,
    next_step,
    with_method,
)
from svc_sso.login.rules import factor_of
from svc_sso.oidc import service as requests
from svc_sso.oidc.errors import BadRequestPage
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import asked_acrs
from svc_sso.pages.cookies import Cookies
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import REPLACED, Proof
from svc_sso.settings import Settings
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.service import Admission, Attempt, Noted, Origin
from svc_sso.tokens.service import Issuer


@dataclass(frozen=True)
class Stage:
    """How far a log-in has come: the next step, and what is known by now; `seen` is what had been shown when it was
    looked at.
    """

    step: str
    account: Account | None = None
    owned: Owned = field(default_factory=Owned)
    client: Client | None = None
    seen: tuple[object, ...] = ()


@dataclass(frozen=True)
class Entered:
    """A person is in: where the browser goes on, and the secrets which it takes along; None: as before."""

    location: str
    session_secret: str | None
    device_secret: str | None


@dataclass(frozen=True)
class Visit:
    """Who is at the door: the browser's cookies, where it is, and the provider's own settings."""

    cookies: Cookies
    origin: Origin
    issuer: Issuer
    settings: Settings


def params_of(request: LoginRequest) -> dict[str, str]:
    """The parameters which a waiting request kept."""
    return {name: str(value) for name, value in request.params.items()}


async def stage_of(session: AsyncSession, request: LoginRequest, cookies: Cookies, now: datetime) -> Stage:
    """Where a log-in stands. One which only makes a log-in stronger begins anew when that log-in is over."""
    client = await find(session, request.client_id) if request.client_id else None
    seen, proven_at = _taken_down(request), request.authenticated_at
    if request.session_id and proven_at is None and request.account_id is not None:
        login = await sessions.of_cookie(session, cookies.session, now)
        if login is None or login.id != request.session_id:
            request.account_id, request.amr = None, []
        else:
            proven_at = login.authenticated_at
    account = await accounts.active(session, request.account_id) if request.account_id else None
    if request.account_id is not None and account is None:
        raise BadRequestPage("expired")
    if account is None:
        return Stage(next_step(Shown(frozenset(), Owned(), is_staff=False)), client=client, seen=seen)
    params, owned = params_of(request), await factors.owned(session, account.id)
    consent_due = client is not None and not request.consented
    if consent_due and client is not None:
        wish = requests.wish_of_request(params)
        consent_due = await consents.is_due(session, account.id, client, wish, params.get("prompt", ""))
    shown = Shown(
        amr=frozenset(request.amr),
        owned=owned,
        is_staff=account.kind == STAFF,
        wanted=lowest(asked_acrs(params)),
        password_due=request.password_due is not None,
        consent_due=consent_due,
    )
    step = next_step(shown)
    if step == ENROL and (proven_at is None or now - proven_at > timedelta(seconds=STEP_UP_SECONDS)):
        # Who only sits at a browser that was left open sets up nothing by which he comes back.
        request.account_id, request.amr = None, []
        return Stage(IDENTIFY, client=client, seen=seen)
    return Stage(step, account, owned, client, seen)


class Overtaken(Exception):
    """Another form of the same log-in was taken down while this one was checked.

    What it proves, it proves of what was then: else one person's code could count for another, identified in between.
    """


def _taken_down(request: LoginRequest) -> tuple[object, ...]:
    shown = request.account_id, tuple(request.amr), request.authenticated_at
    return *shown, request.password_due, request.consented


async def locked(session: AsyncSession, request_id: str, cookies: Cookies, stage: Stage, now: datetime) -> LoginRequest:
    """The request, locked, if it still stands where `stage` was. Raises Overtaken.

    Its account is held before it, as by whoever ends all log-ins of one: so they never wait for each other in a circle.
    """
    if stage.account is not None and await accounts.active(session, stage.account.id, hold=True) is None:
        raise Overtaken
    found = await requests.waiting(session, request_id, cookies, now, lock=True)
    if _taken_down(found) != stage.seen:
        raise Overtaken
    return found


async def check_attempt(own: Sessions, attempt: Attempt, now: datetime) -> tuple[Admission, bool]:
    """Whether the password is right, with what is known of the attempt. Raises TooManySignIns."""
    admission = await sign_ins.admit(own, attempt, now)
    return admission, await sign_ins.verified(admission, attempt)


async def password_shown(
    session: AsyncSession, request: LoginRequest, admission: Admission, visit: Visit, now: datetime
) -> bool:
    """Takes down that the password was right; False when it was replaced or the account disabled in between."""
    account = await accounts.active(session, admission.account_id) if admission.account_id else None
    if account is None or await present_hash(session, account.id) != admission.stored_hash:
        return False
    await sign_ins.forgive(session, admission.buckets)
    request.account_id, request.amr, request.authenticated_at = account.id, with_method([], PASSWORD), now
    policy = policy_of(visit.settings, account.kind)
    request.password_due = due(admission.must_change, admission.changed_at, policy, now)
    if (await factors.owned(session, account.id)).any:
        # Told at once: someone who stops here has the password and not the second factor.
        sign_ins.note(
            session, account.id, Noted("begun", "password", visit.origin.browser, admission.known_device), now
        )
    return True


async def key_shown(session: AsyncSession, request: LoginRequest, account_id: uuid.UUID, now: datetime) -> bool:
    """Takes down that a passkey answered; False when it is another person's, or the account is disabled."""
    if request.account_id not in (None, account_id) or await accounts.active(session, account_id) is None:
        return False
    if request.account_id is None:
        request.authenticated_at = now
    request.account_id, request.amr = account_id, with_method(request.amr, KEY)
    return True


def code_shown(session: AsyncSession, request: LoginRequest, factor: str, origin: Origin, now: datetime) -> None:
    """Takes down that a code was right; of a recovery code the person is told that it is used up."""
    request.amr = with_method(request.amr, CODE)
    if factor == "recovery" and request.account_id is not None:
        sign_ins.note(session, request.account_id, Noted("factor_removed", factor, origin.browser), now)


async def checked_password(own: Sessions, holder: Account, password: str, visit: Visit) -> str:
    """The hash of a password which the person may take for a given-out or expired one. Raises WeakPassword."""
    async with own.begin() as reading:
        account = await accounts.active(reading, holder.id)
        if account is None:
            raise BadRequestPage("expired")
        policy = policy_of(visit.settings, account.kind)
        former = await former_hashes(reading, account.id, policy)
    check_new_password(password, account, policy)
    await check_unused(password, former)
    return await hash_password(password)


async def new_password(
    session: AsyncSession, request: LoginRequest, account: Account, hashed: str, visit: Visit
) -> None:
    """Replaces a given-out or expired password, in a request which is locked: one that was overtaken replaces none."""
    now, caller = clock(), Caller(subject=str(account.id), kind=account.kind)
    device = digest(visit.cookies.device) if visit.cookies.device else None
    await sign_ins.replace_password(session, account, hashed, caller, now, device=device, waiting=request.id_hash)
    sign_ins.note(session, account.id, Noted("password_changed", "password", visit.origin.browser), now)
    request.password_due = None


async def finish(
    session: AsyncSession, request: LoginRequest, account: Account, visit: Visit, now: datetime
) -> Entered:
    """Begins the session, or makes the one stronger that this browser has, and answers the request which waited.

    Raises BadRequestPage before any of it when the client was disabled meanwhile, or has another address.
    """
    if request.client_id is not None:
        await requests.client_of(session, params_of(request))
    login = await sessions.of_cookie(session, visit.cookies.session, now)
    same = login is not None and login.id == request.session_id and login.account_id == account.id
    device = secret = None
    if login is None or not same:
        await leave_old(session, visit.cookies, now)
        proof = Proof(acr_of(request.amr), tuple(request.amr), request.authenticated_at or now)
        limits = sessions.limits_of(visit.settings, account.kind)
        login, secret = await sessions.begin(session, account, proof, limits, visit.origin.browser)
    elif _is_more(request, login):
        proof = Proof(acr_of(request.amr), tuple(request.amr), request.authenticated_at or login.authenticated_at)
        secret = await sessions.strengthen(session, login, account.kind, proof, now)
    if secret is not None:
        device = await sign_ins.succeed(session, login, visit.origin, factor_of(request.amr), now)
    location = await requests.answer(session, visit.issuer, request, login, now)
    return Entered(location, secret, device)


def _is_more(request: LoginRequest, login: LoginSession) -> bool:
    return request.authenticated_at is not None or set(request.amr) != set(login.amr)


async def leave_old(session: AsyncSession, cookies: Cookies, now: datetime) -> None:
    """Ends the log-in which this browser had before: its secret is never carried over."""
    old = await sessions.of_cookie(session, cookies.session, now)
    if old is not None:
        caller = Caller(subject=str(old.account_id), kind="person", session_id=str(old.id))
        await sessions.end(session, old, caller, REPLACED, now)
