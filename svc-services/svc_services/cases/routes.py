"""The course of a case: its dates, its steps, and its public tracking by number."""

import uuid
from typing import Annotated

from fastapi import Query, Request

from shared.auth import Public
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.deadlines import DeadlinesOut
from shared.http import Router
from shared.problems import wants_english
from svc_services.access import AnyCaller
from svc_services.cases import service
from svc_services.cases.schemas import HistoryOut, TrackingOut

router = Router(prefix="/v1", tags=["applications"])

Explain = Annotated[bool, Query(description="Account for every day, counted or not")]


@router.get("/applications/{application_id}/deadlines")
async def read_deadlines(
    application_id: uuid.UUID,
    session: SessionDep,
    caller: AnyCaller,
    today: TodayDep,
    request: Request,
    explain: Explain = False,
) -> DeadlinesOut:
    """Every statutory date of a case with its source, and, when asked, each of its days and why it counts."""
    application = await service.visible(session, caller, application_id)
    return service.deadlines_out(application, today, explain=explain, english=wants_english(request))


@router.get("/applications/{application_id}/history")
async def read_history(
    application_id: uuid.UUID, session: SessionDep, caller: AnyCaller, request: Request
) -> HistoryOut:
    """What happened in a case, node by node."""
    application = await service.visible(session, caller, application_id)
    return await service.history_out(session, application, english=wants_english(request))


@router.get("/tracking/{number}", dependencies=[Public])
async def track(number: str, session: SessionDep, today: TodayDep, request: Request) -> TrackingOut:
    """Where a case stands, by the number people read out on the phone; no personal data."""
    return await service.tracking_out(session, number, today, english=wants_english(request))
