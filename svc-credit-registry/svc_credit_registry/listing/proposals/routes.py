"""Proposals to list an enterprise, over HTTP."""

from shared.clock import NowDep
from shared.http import IfMatch, Router, check_version
from svc_credit_registry.access import AnyCaller, ListOfficer
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.routes import EntryId, answer
from svc_credit_registry.listing.lists.schemas import CaseOut
from svc_credit_registry.listing.proposals import service
from svc_credit_registry.listing.proposals.schemas import ConsentIn, ProposalDecisionIn, ProposalIn, StatementIn
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["lists"])


@router.post("/v1/list-entries", operation_id="propose_listing", summary="拟列入 Propose a listing", status_code=201)
async def propose_listing(reply: ReplyDep, caller: ListOfficer, body: ProposalIn) -> CaseOut:
    """Opens a case with its evidence; the clock of the decision runs from the day the law names for the ground."""
    entry = await service.propose(reply.session, caller, body, reply.today)
    reply.created(f"/v1/list-entries/{entry.id}/case")
    return await answer(reply, entry)


@router.post(
    "/v1/list-entries/{entry_id}/statement", operation_id="state_case_on_listing", summary="陈述申辩 State one's case"
)
async def state_case_on_listing(
    reply: ReplyDep,
    caller: AnyCaller,
    entry_id: EntryId,
    body: StatementIn,
) -> CaseOut:
    """The enterprise answers an announced listing; `waived` ends its time, and the decision need not wait longer."""
    entry = await service.state_case(reply.session, caller, entry_id, body, reply.today)
    return await answer(reply, entry)


@router.post(
    "/v1/list-entries/{entry_id}/consent", operation_id="consent_to_listing", summary="上级同意 Consent of the superior"
)
async def consent_to_listing(
    reply: ReplyDep,
    caller: ListOfficer,
    entry_id: EntryId,
    body: ConsentIn,
) -> CaseOut:
    """An authority above the one which decides consents (Order 44: listings by a county or a city)."""
    entry = await service.consent(reply.session, caller, entry_id, body.document, reply.today)
    return await answer(reply, entry)


@router.post(
    "/v1/list-entries/{entry_id}/decision", operation_id="decide_listing", summary="列入决定 Decide on the listing"
)
async def decide_listing(
    reply: ReplyDep,
    caller: ListOfficer,
    now: NowDep,
    version: IfMatch,
    entry_id: EntryId,
    body: ProposalDecisionIn,
) -> CaseOut:
    """Lists the enterprise or refuses to, by a numbered decision; a listing is on the public record at once."""
    entry = await lists.for_officer(reply.session, caller, entry_id)
    check_version(entry, version)
    entry = await service.decide(reply.session, caller, entry, body, now)
    return await answer(reply, entry)
