"""The own log-ins."""

import uuid

from fastapi import Request, Response, status

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import Page, Paging, Router, paginate
from svc_sso.access import Someone
from svc_sso.sessions import queries, service
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import ENDED_BY_SELF, LOGGED_OUT
from svc_sso.sessions.schemas import SessionOut, shown

router = Router(prefix="/v1/me", tags=["sessions"])


@router.get("/sessions", response_model=Page[SessionOut])
async def list_sessions(
    caller: Someone, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[SessionOut]:
    """我的登录会话: the own open log-ins, newest first."""
    found = await paginate(
        session,
        queries.open_of(uuid.UUID(caller.subject)),
        keys=[LoginSession.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown(row, caller.session_id) for row in found.rows])


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
async def end_session(session_id: uuid.UUID, caller: Someone, session: SessionDep, now: NowDep) -> None:
    """结束会话: ends one of the own log-ins, everywhere."""
    reason = LOGGED_OUT if str(session_id) == caller.session_id else ENDED_BY_SELF
    await service.end_own(session, caller, session_id, reason, now)
