"""The own pages: account, devices, history, who looked, second factors, consents, password. No script is needed.

Each page is one address: GET shows it, POST is its forms, told apart by the field `act`.
"""

import json
import uuid
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse

from shared.auth import Public
from shared.db import SessionDep
from shared.errors import DomainError
from shared.http import Router
from shared.privacy import mask_id_number, mask_name, mask_phone
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import ProfileRead
from svc_sso.accounts.service import policy_of
from svc_sso.consents import queries as consent_queries
from svc_sso.consents import service as consents
from svc_sso.factors import queries as factor_queries
from svc_sso.factors import service as factors
from svc_sso.factors.rules import CODE, KEY, acr_of, with_method
from svc_sso.factors.schemas import shown
from svc_sso.factors.service import Holder
from svc_sso.oauth.routes import form_body
from svc_sso.pages import cookies as jar
from svc_sso.pages.qr import qr_code
from svc_sso.pages.render import texts_for
from svc_sso.room.service import Room, enter
from svc_sso.sessions import queries as session_queries
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import ENDED_BY_SELF, Proof
from svc_sso.sign_ins import queries as sign_in_queries
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.models import KnownDevice, SignIn
from svc_sso.sign_ins.service import Change
from svc_sso.staff import queries as staff_queries
from svc_sso.verifications import service as verifications
from svc_sso.verifications.rules import CONFIRMED

router = Router(prefix="/account", tags=["account pages"], dependencies=[Public])
SHOWN_AT_ONCE = 30
Before = Annotated[uuid.UUID | None, Query(description="The last one shown; older ones follow")]


@router.get("", response_class=HTMLResponse)
async def show_account(request: Request, session: SessionDep) -> Response:
    """我的账户: the own account, personal data masked."""
    room = await enter(request, session)
    return room if isinstance(room, Response) else _account(room)


def _account(room: Room, **said: Any) -> Response:
    account = room.account
    masked = {
        "name": mask_name(account.name),
        "id_number": mask_id_number(account.id_number) if account.id_number else None,
        "phone": mask_phone(account.phone) if account.phone else None,
    }
    return room.page("account.html", masked=masked, **said)


@router.post("", response_class=HTMLResponse, openapi_extra=form_body("csrf"))
async def check_identity(request: Request, session: SessionDep) -> Response:
    """两要素核验: has the own name and identity number checked against the population register."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    if await room.form() is None:
        return _account(room, message="expired", status=400)
    try:
        row = await verifications.check_self(session, room.settings, room.caller, room.now)
    except DomainError as refusal:
        english = texts_for(request)["lang"].startswith("en")
        return _account(room, message=refusal.title if english else refusal.title_zh, status=refusal.status)
    if row.outcome != CONFIRMED:
        return _account(room, message="trust_not_confirmed", status=422)
    return _account(room, done="trust_confirmed")


@router.get("/sessions", response_class=HTMLResponse)
async def show_sessions(request: Request, session: SessionDep) -> Response:
    """登录设备: where one is logged in, and by which browsers one is known."""
    room = await enter(request, session)
    return room if isinstance(room, Response) else await _sessions(room)


async def _sessions(room: Room, **said: Any) -> Response:
    query = session_queries.open_of(room.account.id).order_by(LoginSession.id.desc()).limit(100)
    rows = [row for row in await room.session.scalars(query) if sessions.is_live(row, room.now)]
    known = sign_in_queries.devices_of(room.account.id).order_by(KnownDevice.last_used_at.desc()).limit(100)
    devices = (await room.session.scalars(known)).all()
    return room.page("sessions.html", rows=rows, devices=devices, login=room.login, **said)


@router.post("/sessions", response_class=HTMLResponse, openapi_extra=form_body("csrf", "act", "id"))
async def end_sessions(request: Request, session: SessionDep) -> Response:
    """结束登录: ends the log-in on one device, or on all others, or forgets a device."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    form = await room.form()
    if form is None:
        return await _sessions(room, message="expired", status=400)
    if form.get("act") == "others":
        own = str(room.login.id)
        await sessions.end_all(session, room.account.id, room.caller, ENDED_BY_SELF, room.now, but=own)
        return await _sessions(room, done="ended_others")
    try:
        if form.get("act") == "forget":
            await sign_ins.forget_device(session, room.caller, uuid.UUID(form.get("id", "")), room.now)
            return await _sessions(room, done="forgotten")
        await sessions.end_own(session, room.caller, uuid.UUID(form.get("id", "")), ENDED_BY_SELF, room.now)
    except (DomainError, ValueError):
        return await _sessions(room, message="expired", status=404)
    return await _sessions(room, done="ended")


@router.get("/sign-ins", response_class=HTMLResponse)
async def show_sign_ins(request: Request, session: SessionDep, before: Before = None) -> Response:
    """登录记录: attempts on the own account and changes of what opens it, newest first."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    query = sign_in_queries.history_of(room.account.id).order_by(SignIn.id.desc())
    rows = await _some(room, query.where(SignIn.id < before) if before else query)
    return room.page("sign_ins.html", rows=rows[:SHOWN_AT_ONCE], older=_older(rows))


async def _some(room: Room, query: Any) -> list[Any]:
    return list(await room.session.scalars(query.limit(SHOWN_AT_ONCE + 1)))


def _older(rows: list[Any]) -> uuid.UUID | None:
    return rows[SHOWN_AT_ONCE - 1].id if len(rows) > SHOWN_AT_ONCE else None


@router.get("/access", response_class=HTMLResponse)
async def show_reads(request: Request, session: SessionDep, before: Before = None) -> Response:
    """谁看过我的信息: who has read the own unmasked data, newest first."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    query = accounts.reads_of(room.account.id).order_by(ProfileRead.id.desc())
    rows = await _some(room, query.where(ProfileRead.id < before) if before else query)
    units = await staff_queries.names_of(session, {row.reader for row in rows})
    return room.page("access.html", rows=rows[:SHOWN_AT_ONCE], older=_older(rows), units=units)


@router.get("/consents", response_class=HTMLResponse)
async def show_consents(request: Request, session: SessionDep) -> Response:
    """授权: which applications may know what."""
    room = await enter(request, session)
    return room if isinstance(room, Response) else await _consents(room)


async def _consents(room: Room, **said: Any) -> Response:
    rows = await consent_queries.of_account(room.session, room.account.id)
    return room.page("consents.html", rows=rows, **said)


@router.post("/consents", response_class=HTMLResponse, openapi_extra=form_body("csrf", "client_id"))
async def revoke_consent(request: Request, session: SessionDep) -> Response:
    """撤回授权: takes a consent back."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    form = await room.form()
    if form is None:
        return await _consents(room, message="expired", status=400)
    try:
        await consents.revoke(session, room.caller, form.get("client_id", "")[:64], room.now)
    except DomainError:
        return await _consents(room, message="expired", status=404)
    return await _consents(room, done="revoked")


@router.get("/password", response_class=HTMLResponse)
async def show_password(request: Request, session: SessionDep) -> Response:
    """修改密码: the form for it."""
    room = await enter(request, session)
    return room if isinstance(room, Response) else _password(room)


def _password(room: Room, **said: Any) -> Response:
    return room.page("new_password.html", policy=policy_of(room.settings, room.account.kind), **said)


@router.post(
    "/password",
    response_class=HTMLResponse,
    openapi_extra=form_body("csrf", "current_password", "new_password", "new_password_again"),
)
async def change_password(request: Request, session: SessionDep) -> Response:
    """修改密码: sets a new one; every other log-in of the account ends."""
    room = await enter(request, session)
    if isinstance(room, Response):
        return room
    form = await room.form()
    if form is None:
        return _password(room, message="expired", status=400)
    if form.get("new_password") != form.get("new_password_again"):
        return _password(room, message="different", status=422)
    policy = policy_of(room.settings, room.account.kind)
    change = Change(form.get("current_password", ""), form.get("new_password", ""), policy, room.browser)
    own = request.app.state.runtime.sessions
    try:
        await sign_ins.change_password(session, own, room.caller, change, room.now)
    except DomainError as refusal:
        return _password(room, status=refusal.status, **_said(request, refusal))
    return _password(room, done="password_changed")


def _said(request: Request, refusal: DomainError) -> dict[str, Any]:
    if refusal.code in texts_for(request):
        return {"message": refusal.code}
    if refusal.status == 429:
        return {"message": "too_many", "seconds": refusal.extensions.get("retry_after", 60)}
    return {"message": refusal.detail or refusal.title}


@router.get("/factors", response_class=HTMLResponse)
async def show_factors(request: Request, session: SessionDep) -> Response:
    """登录验证: the own second factors, and the forms to add one. For these everything was shown a short while ago."""
    room = await enter(request, session, fresh=True)
    return room if isinstance(room, Response) else await _factors(room)


def _holder(room: Room) -> Holder:
    return Holder(room.account, f"session:{room.login.id}", room.browser, str(room.login.id))


async def _factors(room: Room, **said: Any) -> Response:
    account_id = room.account.id
    apps = [shown(row) for row in await factor_queries.authenticators(room.session, account_id)]
    keys = [shown(row) for row in await factor_queries.passkeys(room.session, account_id)]
    secret, uri = await factors.begin_authenticator(room.session, _holder(room), room.now)
    options = await factors.begin_passkey(room.session, _holder(room), room.settings.origin, room.now)
    owned = await factor_queries.owned(room.session, account_id)
    content = {"rows": apps + keys, "owned": owned, "secret": secret, "qr": qr_code(uri), "codes": None}
    return room.page("factors.html", passkey=json.dumps(options), **{**content, **said})


@router.post(
    "/factors", response_class=HTMLResponse, openapi_extra=form_body("csrf", "act", "id", "code", "label", "credential")
)
async def change_factors(request: Request, session: SessionDep) -> Response:
    """登录验证: adds an authenticator app or a passkey, takes a factor away, makes new recovery codes."""
    room = await enter(request, session, fresh=True)
    if isinstance(room, Response):
        return room
    form = await room.form()
    if form is None:
        return await _factors(room, message="expired", status=400)
    try:
        done = await _act(room, form)
        return await _stronger(room, done) if done.get("done") == "added" else await _factors(room, **done)
    except DomainError as refusal:
        return await _factors(room, status=refusal.status, **_said(request, refusal))


async def _stronger(room: Room, done: dict[str, Any]) -> Response:
    """Who has set up a factor has shown it: the log-in is of the higher class from now on, under a new secret."""
    amr = with_method(room.login.amr, done.pop("method"))
    proof = Proof(acr_of(amr), tuple(amr), room.login.authenticated_at)
    secret = await sessions.strengthen(room.session, room.login, room.account.kind, proof, room.now)
    room = replace(room, cookies=replace(room.cookies, session=secret))
    response = await _factors(room, **done)
    jar.give(response, jar.SESSION, secret, secure=room.settings.secure)
    return response


async def _act(room: Room, form: dict[str, str]) -> dict[str, Any]:
    holder, session, texts = _holder(room), room.session, texts_for(room.request)
    label = form.get("label", "").strip()
    if form.get("act") == "remove":
        await factors.remove(session, holder, _uuid(form.get("id")), room.now)
        return {"done": "removed"}
    if form.get("act") == "codes":
        return {"codes": await factors.new_codes(session, holder, room.now)}
    if form.get("act") == "passkey":
        origin, key = room.settings.origin, form.get("credential", "")
        _, codes = await factors.finish_passkey(session, holder, origin, key, label or texts["factor_passkey"])
        return {"done": "added", "codes": codes, "method": KEY}
    _, codes = await factors.finish_authenticator(
        session, holder, form.get("code", ""), label or texts["factor_authenticator"]
    )
    return {"done": "added", "codes": codes, "method": CODE}


def _uuid(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.UUID(int=0)
