"""Changes of registered facts, decided by the registrar of the enterprise."""

from datetime import datetime

from shared.auth import Caller
from shared.clock import NowDep
from shared.http import IfMatch, Router
from svc_credit_registry.access import RegistryOfficer
from svc_credit_registry.record.amendments import service
from svc_credit_registry.record.amendments.errors import ChangeInvalid
from svc_credit_registry.record.amendments.schemas import (
    AmendmentChangeOut,
    AmendmentReceiptOut,
    ChangeIn,
    DecisionIn,
    FormerNumberIn,
    SuccessionIn,
)
from svc_credit_registry.record.amendments.service import Act, Decision
from svc_credit_registry.record.enterprises.routes import Code
from svc_credit_registry.record.enterprises.schemas import MovedOut
from svc_credit_registry.record.enterprises.service import describe, moved_out
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["enterprises"])


def _act(caller: Caller, body: DecisionIn, now: datetime, reason: str | None = None) -> Act:
    if caller.unit is None:
        raise ChangeInvalid("只有登记机关的工作人员可以办理; only the staff of a registrar decide on this")
    return Act(caller, Decision(caller.unit, body.decided_on, body.basis, body.document_number, reason), now)


@router.post(
    "/v1/enterprises/{code}/changes",
    operation_id="change_enterprise",
    summary="Change registered facts of an enterprise",
    status_code=201,
)
async def change_enterprise(
    reply: ReplyDep, now: NowDep, caller: RegistryOfficer, version: IfMatch, code: Code, body: ChangeIn
) -> AmendmentChangeOut:
    """Facts, name or status as decided; the state before stays readable by `as_of`, each kind of change gets a receipt.

    403 `other_registrar`, 409 `status_unreachable`, 412 when the enterprise has moved on, 422 `nothing_changes`.
    """
    enterprise = await service.for_registrar(reply.session, caller, code, version)
    entered = await service.change(reply.session, _act(caller, body, now, body.reason), enterprise, body.facts)
    reply.created(f"/v1/enterprises/{enterprise.code}")
    await reply.versioned(enterprise)
    items = [AmendmentReceiptOut(kind=kind, item_id=str(e.item_id), receipt=e.receipt) for kind, e in entered.items()]
    return AmendmentChangeOut(enterprise=await describe(reply.session, enterprise), items=items)


@router.post(
    "/v1/enterprises/{code}/succession",
    operation_id="succeed_enterprise",
    summary="Say under which code the record of an enterprise goes on",
    status_code=201,
)
async def succeed_enterprise(
    reply: ReplyDep, now: NowDep, caller: RegistryOfficer, version: IfMatch, code: Code, body: SuccessionIn
) -> MovedOut:
    """From now on the old code answers 308; an enterprise in business is cancelled by it. Days before stay readable."""
    enterprise = await service.for_registrar(reply.session, caller, code, version)
    act = _act(caller, body, now, "合并或者代码变更 / merged, or the code was changed")
    step = await service.succeed(reply.session, act, enterprise, body.new_code, body.reason)
    reply.created(f"/v1/enterprises/{step.new_code}")
    return moved_out(step, english=reply.english)


@router.post(
    "/v1/enterprises/{code}/former-numbers",
    operation_id="add_former_number",
    summary="Keep the registration number which an enterprise had before",
    status_code=201,
)
async def add_former_number(
    reply: ReplyDep, now: NowDep, caller: RegistryOfficer, version: IfMatch, code: Code, body: FormerNumberIn
) -> MovedOut:
    """From now on the old number answers 308 to the credit code (三证合一). 409 when it leads somewhere already."""
    enterprise = await service.for_registrar(reply.session, caller, code, version)
    step = await service.keep_number(reply.session, _act(caller, body, now), enterprise, body.number)
    reply.created(f"/v1/enterprises/{step.new_code}")
    return moved_out(step, english=reply.english)
