"""Mandates: what the representative grants and revokes, what the agent has; over HTTP and as a page."""

import asyncio
import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Request, Response, status
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from shared.auth import Public
from shared.clock import NowDep, TodayDep
from shared.clock import today as statutory_today
from shared.db import SessionDep
from shared.errors import DomainError
from shared.http import IDEMPOTENCY_OPTIONAL, Page, Paging, Router, not_modified, paginate
from shared.outbound import DependencyUnavailable, OutboundDep, get_outbound
from svc_sso.access import Someone
from svc_sso.mandates import service
from svc_sso.mandates.schemas import MandateIn, MandateOut, RevocationIn
from svc_sso.oauth.routes import form_body
from svc_sso.organisations import queries
from svc_sso.organisations import service as organisations
from svc_sso.organisations.models import Mandate
from svc_sso.organisations.queries import mandates_for, mandates_of
from svc_sso.pages.cookies import get_settings
from svc_sso.pages.render import texts_for
from svc_sso.room.service import Room, enter

router = Router(prefix="/v1", tags=["organisations"])
pages = Router(prefix="/account", tags=["account pages"], dependencies=[Public])
CATALOGUE_SECONDS = 1.0
CHOSEN = "matter:"
"""How the fields begin in which a matter is ticked."""
Code = Annotated[str, Path(max_length=18, description="Unified social credit code, GB 32100-2015")]


@router.post("/organisations/{code}/mandates", status_code=status.HTTP_201_CREATED, openapi_extra=IDEMPOTENCY_OPTIONAL)
async def grant_mandate(  # noqa: PLR0913 - one parameter for each thing it depends on
    code: Code,
    body: MandateIn,
    caller: Someone,
    session: SessionDep,
    outbound: OutboundDep,
    request: Request,
    response: Response,
    today: TodayDep,
) -> MandateOut:
    """授权: the legal representative lets an agent act for the enterprise. Needs a fresh log-in."""
    # Before the first statement: no connection to the database waits for another service.
    await service.check_matters(outbound, body.matters)
    await service.check_step_up(session, caller)
    row = await service.grant(session, get_settings(request), caller, (code, today), body)
    response.headers["Location"] = f"/v1/organisations/{code}/mandates/{row.id}"
    return (await service.shown_all(session, [row], today))[0]


@router.get("/organisations/{code}/mandates")
async def list_mandates(  # noqa: PLR0913 - one parameter for each thing it depends on
    code: Code,
    caller: Someone,
    session: SessionDep,
    paging: Paging,
    request: Request,
    response: Response,
    today: TodayDep,
) -> Page[MandateOut]:
    """企业的授权: all mandates of the enterprise, newest first, for its legal representative."""
    await organisations.represented(session, caller, code)
    found = await paginate(
        session,
        mandates_for(code),
        keys=[Mandate.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page(await service.shown_all(session, found.rows, today))


@router.get("/organisations/{code}/mandates/{mandate_id}", response_model=MandateOut)
async def read_mandate(  # noqa: PLR0913 - one parameter for each thing it depends on
    code: Code,
    mandate_id: uuid.UUID,
    caller: Someone,
    session: SessionDep,
    request: Request,
    response: Response,
    today: TodayDep,
) -> MandateOut | Response:
    """授权: one mandate, for the enterprise's legal representative and for its agent."""
    row = await service.seen(session, caller, code, mandate_id)
    # What it says of itself follows from the day too.
    tag = f'"{row.version}-{today:%Y%m%d}"'
    if not_modified(request, tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return (await service.shown_all(session, [row], today))[0]


@router.post("/organisations/{code}/mandates/{mandate_id}/revocation", openapi_extra=IDEMPOTENCY_OPTIONAL)
async def revoke_mandate(  # noqa: PLR0913 - one parameter for each thing it depends on
    code: Code,
    mandate_id: uuid.UUID,
    caller: Someone,
    session: SessionDep,
    today: TodayDep,
    now: NowDep,
    body: RevocationIn | None = None,
) -> MandateOut:
    """撤销授权: takes a mandate back, whoever granted it; it counts everywhere within 2 s."""
    row = await service.revoke(session, caller, (code, mandate_id), body.reason if body else None, now)
    return (await service.shown_all(session, [row], today))[0]


@router.get("/me/mandates")
async def list_own_mandates(
    caller: Someone, session: SessionDep, paging: Paging, request: Request, response: Response, today: TodayDep
) -> Page[MandateOut]:
    """我受到的授权: the mandates under which I act or acted, newest first."""
    found = await paginate(
        session,
        mandates_of(uuid.UUID(caller.subject)),
        keys=[Mandate.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page(await service.shown_all(session, found.rows, today))


@router.post("/me/mandates/{mandate_id}/declination", openapi_extra=IDEMPOTENCY_OPTIONAL)
async def decline_mandate(
    mandate_id: uuid.UUID, caller: Someone, session: SessionDep, today: TodayDep, now: NowDep
) -> MandateOut:
    """退回授权: the agent gives a mandate back."""
    row = await service.decline(session, caller, mandate_id, now)
    return (await service.shown_all(session, [row], today))[0]


@pages.get("/mandates", response_class=HTMLResponse)
async def show_mandates(request: Request, session: SessionDep) -> Response:
    """授权管理: the enterprises one represents with their mandates, and the mandates one has."""
    room = await enter(request, session)
    return room if isinstance(room, Response) else await _page(room)


async def _page(room: Room, **said: Any) -> HTMLResponse:
    today = statutory_today()
    own = []
    for row in await queries.represented_by(room.session, room.account.id):
        found = await room.session.scalars(mandates_for(row.code).order_by(Mandate.id.desc()).limit(100))
        own.append((row, await service.shown_all(room.session, list(found), today)))
    mine = await room.session.scalars(mandates_of(room.account.id).order_by(Mandate.id.desc()).limit(100))
    received = await service.shown_all(room.session, list(mine), today)
    names = await _names(room) if own or received else {}
    return room.page("mandates.html", own=own, received=received, today=today.isoformat(), names=names, **said)


async def _names(room: Room) -> dict[str, str]:
    """The matters to choose from, by code; none while the catalogue can't answer, and then codes are typed."""
    english = texts_for(room.request)["lang"].startswith("en")
    try:
        async with asyncio.timeout(CATALOGUE_SECONDS):
            known = await service.catalogue(get_outbound(room.request))
    except (DependencyUnavailable, TimeoutError):
        return {}
    return {code: names[english] for code, names in sorted(known.items())}


@pages.post(
    "/mandates",
    response_class=HTMLResponse,
    openapi_extra=form_body(
        "csrf", "act", "code", "id", "agent_username", "agent_name", "matters", "starts_on", "ends_on"
    ),
)
async def act_on_mandates(request: Request, session: SessionDep, now: NowDep) -> Response:
    """授权管理: grants (after a fresh log-in), revokes, gives back."""
    room = await enter(request, session, fresh=True)
    if isinstance(room, Response):
        return room
    form = await room.form()
    if form is None:
        return await _page(room, message="expired", status=400)
    try:
        async with session.begin_nested():
            done = await _act(room, form)
    except DomainError as refusal:
        english = texts_for(request)["lang"].startswith("en")
        return await _page(room, message=refusal.title if english else refusal.title_zh, status=refusal.status)
    except ValueError:
        return await _page(room, message="mandate_form", status=422)
    return await _page(room, done=done)


async def _act(room: Room, form: dict[str, str]) -> str:
    act, code = form.get("act"), form.get("code", "")[:18]
    if act == "grant":
        body = _mandate_in(form)
        await service.check_matters(get_outbound(room.request), body.matters)
        await service.grant(room.session, room.settings, room.caller, (code, statutory_today()), body)
        return "mandate_granted"
    mandate_id = uuid.UUID(form.get("id", ""))
    if act == "decline":
        await service.decline(room.session, room.caller, mandate_id, room.now)
        return "mandate_declined"
    await service.revoke(room.session, room.caller, (code, mandate_id), None, room.now)
    return "mandate_revoked"


def _mandate_in(form: dict[str, str]) -> MandateIn:
    """What the form says. Raises ValueError for what can't be a mandate."""
    matters = form.get("matters", "").replace("，", " ").replace(",", " ").split()
    matters += [name.removeprefix(CHOSEN) for name in form if name.startswith(CHOSEN)]
    try:
        return MandateIn(
            agent_username=form.get("agent_username", "").strip(),
            agent_name=form.get("agent_name", ""),
            matters=matters or None,
            starts_on=date.fromisoformat(form["starts_on"]) if form.get("starts_on") else None,
            ends_on=date.fromisoformat(form.get("ends_on", "")),
        )
    except ValidationError as exc:
        raise ValueError("the form holds no mandate") from exc
