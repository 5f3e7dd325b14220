"""Publication and repair of penalties over HTTP."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Query, Response

from shared.auth import Public
from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router, cached, check_version
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.penalties import rules as penalty_rules
from svc_credit_registry.listing.penalties.service import Held
from svc_credit_registry.listing.periods.queries import queue
from svc_credit_registry.listing.periods.schemas import clock_out, clocks_out
from svc_credit_registry.listing.repairs import queries, rules, service
from svc_credit_registry.listing.repairs.models import Repair
from svc_credit_registry.listing.repairs.schemas import (
    AcceptanceIn,
    PenaltiesOut,
    PenaltyOut,
    RepairDeadlinesOut,
    RepairDecisionIn,
    RepairIn,
    RepairOut,
    RepairReasonIn,
    RepairTermOut,
    RepairTermsOut,
    hindrance_out,
    repair_out,
)
from svc_credit_registry.replies import Reply, ReplyDep

router = Router(tags=["repairs"])
RepairId = Annotated[uuid.UUID, Path(description="The id of the application")]
EXPLAIN = Query(description="Tell for each day whether it counts, and why")


async def _answer(reply: Reply, repair: Repair) -> RepairOut:
    await reply.versioned(repair)
    return repair_out(repair, reply.english)


@router.get(
    "/v1/repair-terms",
    operation_id="list_repair_terms",
    summary="公示与修复期限 Terms of publication and repair",
    dependencies=[Public],
)
async def list_repair_terms(response: Response) -> RepairTermsOut:
    """The dated rows of the law: how long penalties are published, when repair may be asked for, decision clocks."""
    rows = [
        (p.version, p.since, p.basis, period)
        for p in penalty_rules.PUBLICATIONS
        for period in (p.standard, p.minor)
        if period
    ]
    for terms in rules.TERMS:
        periods = (terms.waiting, terms.waiting_long, terms.acceptance, terms.decision, terms.stop)
        rows += [(terms.version, terms.since, terms.measure, period) for period in periods]
    response.headers.update(cached("register"))
    return RepairTermsOut(
        items=[
            RepairTermOut(
                version=version, since=since, measure=measure, node=p.node, length=p.length, unit=p.unit, basis=p.basis,
                confirmed=p.confirmed, note=p.note,
            )
            for version, since, measure, p in rows
        ]
    )  # fmt: skip


@router.get("/v1/penalties/mine", operation_id="list_my_penalties", summary="本企业处罚 The enterprise's own penalties")
async def list_my_penalties(
    reply: ReplyDep, caller: AnyCaller, explain: Annotated[bool, EXPLAIN] = False
) -> PenaltiesOut:
    """Each penalty on the record: until when it is published, from when repair may be asked for, what hinders it."""
    code = caller.org if caller.org and service.speaks_for(caller, caller.org) else ""
    found = await service.judged(reply.session, code, reply.today)
    return PenaltiesOut(items=[_penalty(reply, one, hindrances, explain) for one, hindrances in found])


def _penalty(reply: Reply, one: Held, found: Sequence[rules.Hindrance], explain: bool) -> PenaltyOut:
    today = reply.today
    state = penalty_rules.shown(one.penalty)
    waiting = rules.waiting_of(rules.terms_on(today), one.penalty)
    until = one.item.publish_until or (state.clock.due_on if state.clock else None)
    shown = one.is_shown(today)
    clock = clock_out(state.clock, today, explain=explain, english=reply.english) if state.clock else None
    return PenaltyOut(
        producer=one.item.producer,
        key=one.item.key,
        document_number=str(one.item.content.get("document_number", "")),
        decided_on=one.penalty.decided_on,
        types=sorted(one.penalty.types),
        field=one.penalty.field,
        published=shown,
        publish_until=until,
        basis=state.basis,
        publication=clock,
        waiting=clock_out(waiting, today, explain=explain, english=reply.english),
        may_apply=not found and shown,
        hindrances=[hindrance_out(h, reply.english) for h in found],
    )


@router.post(
    "/v1/repairs", operation_id="apply_for_repair", summary="申请信用修复 Ask for credit repair", status_code=201
)
async def apply_for_repair(reply: ReplyDep, caller: AnyCaller, body: RepairIn) -> RepairOut:
    """The enterprise asks that a penalty leave publication early; 409 names everything that hinders it."""
    repair = await service.apply(reply.session, caller, body, reply.today)
    reply.created(f"/v1/repairs/{repair.id}")
    return await _answer(reply, repair)


@router.get(
    "/v1/repairs/mine", operation_id="list_my_repairs", summary="我的修复申请 The enterprise's own applications"
)
async def list_my_repairs(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[RepairOut]:
    """All applications of the enterprise the caller acts for, the newest first."""
    code = caller.org if caller.org and service.speaks_for(caller, caller.org) else ""
    keys: list[Any] = [Repair.created_at.desc(), Repair.id.desc()]
    found = await reply.page_of(queries.of_enterprise(code), keys, paging)
    return found.page([repair_out(row, reply.english) for row in found.rows])


@router.get("/v1/repairs/queue", operation_id="repair_queue", summary="待办修复 What officers must decide")
async def repair_queue(
    reply: ReplyDep,
    caller: ListOfficer,
    paging: Paging,
    overdue: Annotated[bool, Query(description="Only those past their statutory date")] = False,
) -> Page[RepairOut]:
    """Applications of the officer's region (superiors: of the regions below), what is due first comes first."""
    keys: list[Any] = [Repair.due_on.asc(), Repair.id.asc()]
    statement = queue(Repair, caller, reply.today if overdue else None)
    found = await reply.page_of(statement, keys, paging)
    return found.page([repair_out(row, reply.english) for row in found.rows])


@router.get("/v1/repairs/{repair_id}", operation_id="get_repair", summary="修复申请 One application")
async def get_repair(reply: ReplyDep, caller: AnyCaller, repair_id: RepairId) -> RepairOut:
    """The application, for its enterprise and for officers; 404 for everyone else."""
    return await _answer(reply, await service.read(reply.session, caller, repair_id))


@router.get(
    "/v1/repairs/{repair_id}/deadlines", operation_id="list_repair_deadlines", summary="法定期限 Statutory dates"
)
async def list_repair_deadlines(
    reply: ReplyDep, caller: AnyCaller, repair_id: RepairId, explain: Annotated[bool, EXPLAIN] = False
) -> RepairDeadlinesOut:
    """Each clock of the application with its law and, if asked, the day-by-day count."""
    repair = await service.read(reply.session, caller, repair_id)
    items = clocks_out(service.clocks(repair), reply.today, explain=explain, english=reply.english)
    return RepairDeadlinesOut(number=repair.number, items=items)


@router.post("/v1/repairs/{repair_id}/withdrawal", operation_id="withdraw_repair", summary="撤回申请 Withdraw")
async def withdraw_repair(reply: ReplyDep, caller: AnyCaller, repair_id: RepairId) -> RepairOut:
    """The enterprise takes its application back before the decision."""
    return await _answer(reply, await service.withdraw(reply.session, caller, repair_id, reply.today))


@router.post("/v1/repairs/{repair_id}/acceptance", operation_id="accept_repair", summary="受理 Accept or not")
async def accept_repair(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, repair_id: RepairId, body: AcceptanceIn
) -> RepairOut:
    """Within 2 working days; an accepted application makes the commitment public."""
    repair = await service.for_officer(reply.session, caller, repair_id)
    check_version(repair, version)
    return await _answer(reply, await service.accept(reply.session, caller, repair, body, now))


@router.post("/v1/repairs/{repair_id}/decision", operation_id="decide_repair", summary="修复决定 Decide")
async def decide_repair(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, repair_id: RepairId, body: RepairDecisionIn
) -> RepairOut:
    """Within 15 working days of the acceptance; what is granted leaves publication at once."""
    repair = await service.for_officer(reply.session, caller, repair_id)
    check_version(repair, version)
    return await _answer(reply, await service.decide(reply.session, caller, repair, body, now))


@router.post("/v1/repairs/{repair_id}/revocation", operation_id="revoke_repair", summary="撤销修复 Revoke")
async def revoke_repair(
    reply: ReplyDep, caller: ListOfficer, now: NowDep, version: IfMatch, repair_id: RepairId, body: RepairReasonIn
) -> RepairOut:
    """Repair got by false statements is undone; the penalty is published again and its term begins anew."""
    repair = await service.for_officer(reply.session, caller, repair_id)
    check_version(repair, version)
    return await _answer(reply, await service.revoke(reply.session, caller, repair, body.reason, now))
