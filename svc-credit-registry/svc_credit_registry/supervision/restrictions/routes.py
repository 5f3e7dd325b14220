"""What departments call before they decide, and who called."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import ColumnElement

from shared.auth import Caller
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router
from svc_credit_registry.access import Auditor, RestrictionChecker
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Asked, ExchangeKind
from svc_credit_registry.sharing.exchange.service import AskedDep
from svc_credit_registry.supervision.restrictions import queries, service
from svc_credit_registry.supervision.restrictions.models import RestrictionCheck
from svc_credit_registry.supervision.restrictions.queries import Filters
from svc_credit_registry.supervision.restrictions.schemas import (
    CaseId,
    CheckIn,
    CheckLogOut,
    ChecksOut,
    Matter,
    RestrictionCheckOut,
)

router = Router(tags=["restrictions"])

CodePath = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]
MatterQuery = Annotated[Matter, Query(description="The matter to be decided: why it is asked")]
CaseQuery = Annotated[CaseId, Query(description="The case for which it is asked")]
OfficialQuery = Annotated[CaseId | None, Query(description="Who decides the case, when a machine asks for him")]
Short = Annotated[str | None, Query(max_length=80)]


@router.get("/v1/restrictions/{code}", operation_id="check_restrictions", response_model=RestrictionCheckOut)
async def check_restrictions(  # noqa: PLR0913 - one parameter for each thing it depends on
    code: CodePath,
    matter: MatterQuery,
    case_id: CaseQuery,
    reply: ReplyDep,
    caller: RestrictionChecker,
    now: NowDep,
    asked: AskedDep,
    on_behalf_of: OfficialQuery = None,
) -> Response:
    """What stands against an entity in a matter now. Each check is noted: who asked, for which case."""
    body = CheckIn(matter=matter, case_id=case_id, on_behalf_of=on_behalf_of, codes=[valid_code(code)])
    found = await service.check(reply.session, caller, body, now, english=reply.english)
    checked = RestrictionCheckOut(
        **found.items[0].model_dump(), **found.model_dump(include={"matter", "matter_known", "case_id", "checked_at"})
    )
    return await _exchanged(reply.session, caller, replace(asked, case_id=case_id), checked, rows=1)


async def _exchanged(
    session: SessionDep, caller: Caller, asked: Asked, checked: RestrictionCheckOut | ChecksOut, rows: int
) -> Response:
    """The answer, entered in the log of the exchange; nobody keeps it."""
    answer = await exchange.answer(session, caller, asked, (ExchangeKind.CHECK, "restrictions", rows), checked)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post(
    "/v1/restriction-checks",
    operation_id="check_many_restrictions",
    response_model=ChecksOut,
    openapi_extra=IDEMPOTENCY_NONE,
)
async def check_many_restrictions(
    body: CheckIn,
    reply: ReplyDep,
    caller: RestrictionChecker,
    now: NowDep,
    asked: AskedDep,
) -> Response:
    """The same for up to 200 codes and natural persons at a time. It only reads, and is answered afresh each time."""
    checked = await service.check(reply.session, caller, body, now, english=reply.english)
    return await _exchanged(
        reply.session, caller, replace(asked, case_id=body.case_id), checked, rows=len(checked.items)
    )


@router.get("/v1/restriction-checks", operation_id="list_restriction_checks")
async def list_restriction_checks(
    reply: ReplyDep,
    caller: Auditor,
    paging: Paging,
    code: Short = None,
    requester: Short = None,
    case_id: Short = None,
) -> Page[CheckLogOut]:
    """Who asked about whom, and for which case, the latest first; for the audit administrator."""
    keys: list[ColumnElement[Any]] = [RestrictionCheck.id.desc()]
    statement = queries.log(Filters(code, requester, case_id))
    found = await reply.page_of(statement, keys, paging)
    return found.page([_noted(row) for row in found.rows])


def _noted(row: RestrictionCheck) -> CheckLogOut:
    return CheckLogOut(**copied(row, CheckLogOut), about_person=row.person_key is not None)
