"""Name checks for everyone, reservations for people who are logged in."""

import uuid

from fastapi import Request, Response

from shared.auth import Public
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, etag, not_modified, paginate, set_etag
from shared.outbound import OutboundDep
from svc_services.access import NameHolder
from svc_services.names import queries, service
from svc_services.names.models import NameReservation
from svc_services.names.schemas import NameCheckOut, NameIn, ReservationIn, ReservationOut

router = Router(prefix="/v1", tags=["names"])


@router.post("/name-checks", dependencies=[Public], openapi_extra=IDEMPOTENCY_NONE)
async def check_name(body: NameIn, session: SessionDep, outbound: OutboundDep, today: TodayDep) -> NameCheckOut:
    """Says at once, rule by rule, whether a name can be had, and which name stands against it. Changes nothing."""
    return await service.check_name(session, outbound, body, today)


@router.post("/name-reservations", status_code=201)
async def reserve_name(
    body: ReservationIn,
    session: SessionDep,
    outbound: OutboundDep,
    caller: NameHolder,
    today: TodayDep,
    response: Response,
) -> ReservationOut:
    """Keeps a free name for 2 months (1 year where an approval is needed first). 409 carries every verdict."""
    kept = await service.reserve_name(session, outbound, caller, body, today)
    response.headers["Location"] = f"/v1/name-reservations/{kept.id}"
    set_etag(response, kept)
    return _out(kept)


@router.get("/name-reservations")
async def list_reservations(
    session: SessionDep, caller: NameHolder, paging: Paging, request: Request, response: Response
) -> Page[ReservationOut]:
    """The caller's reservations, newest first."""
    found = await paginate(
        session,
        queries.held_by(caller.subject),
        keys=[NameReservation.created_at.desc(), NameReservation.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([_out(row) for row in found.rows])


@router.get("/name-reservations/{reservation_id}", response_model=ReservationOut)
async def read_reservation(
    reservation_id: uuid.UUID, session: SessionDep, caller: NameHolder, request: Request, response: Response
) -> ReservationOut | Response:
    """One reservation of the caller."""
    kept = await service.own_reservation(session, caller, reservation_id)
    if not_modified(request, etag(kept)):
        return Response(status_code=304, headers={"ETag": etag(kept)})
    set_etag(response, kept)
    return _out(kept)


def _out(kept: NameReservation) -> ReservationOut:
    return ReservationOut.model_validate(kept, from_attributes=True)
