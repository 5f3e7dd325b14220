"""Receiving complaints and deciding on their acceptance."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.errors import FieldError
from shared.events.complaints import (
    ComplaintAcceptedV1,
    ComplaintReceivedV1,
    ComplaintRefusedV1,
    ComplaintWithdrawnV1,
)
from shared.http import check_version
from shared.outbound import Outbound
from shared.outbox import publish
from svc_complaints.cases import queries
from svc_complaints.cases import rules as case_rules
from svc_complaints.cases import service as cases
from svc_complaints.cases.errors import ComplaintUnknown
from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import Act, State, Viewer
from svc_complaints.cases.service import Done
from svc_complaints.clients import registry, sso
from svc_complaints.intake import rules
from svc_complaints.intake.errors import ConsumersOnly, RespondentUnknown, TelephoneMissing
from svc_complaints.intake.schemas import ComplaintIn, RefusalIn


async def file(session: AsyncSession, outbound: Outbound, caller: Caller, body: ComplaintIn, today: date) -> Complaint:
    """Receives a complaint for the county unit of the respondent's region and sets off the first period.

    403 for one who acts for an enterprise. 422 with all faults at once, also for a code the registry does not know; 503
    when the registry is away, and then nothing is kept, so the same Idempotency-Key works later.
    """
    if caller.org is not None:
        raise ConsumersOnly
    rules.check_filing(body.filing(), today)
    respondent = await registry.enterprise(outbound, body.respondent_code)
    if respondent is None:
        raise RespondentUnknown(
            errors=[FieldError("/respondent_code", "unknown", "登记簿中没有该代码 / the registry has no such code")]
        )
    profile = await sso.profile(outbound, caller)
    if profile.phone is None:
        raise TelephoneMissing
    complaint = await _receive(session, caller, body, respondent, profile, today)
    await cases.note(session, complaint, Done(Act.FILE, Viewer.COMPLAINANT, caller))
    await publish(
        session,
        ComplaintReceivedV1(
            complaint_id=complaint.id,
            number=complaint.number,
            respondent_code=complaint.respondent_code,
            region=complaint.region,
            received_on=today,
            category=complaint.category,
        ),
    )
    return complaint


async def _receive(
    session: AsyncSession,
    caller: Caller,
    body: ComplaintIn,
    respondent: registry.Enterprise,
    profile: sso.Profile,
    today: date,
) -> Complaint:
    terms = case_rules.terms_on(today)
    number = case_rules.number_for(respondent.region, today, await queries.next_serial(session))
    complaint = Complaint(
        number=number,
        state=State.RECEIVED,
        terms_version=terms.version,
        complainant_id=caller.subject,
        complainant_name=profile.name,
        complainant_phone=profile.phone or "",
        respondent_code=respondent.code,
        respondent_name=respondent.name,
        region=respondent.region,
        unit=f"AMR-{respondent.region}",
        category=body.category.value,
        product=body.product,
        amount_yuan=body.amount_yuan,
        occurred_on=body.occurred_on,
        known_on=body.known_on or body.occurred_on,
        facts=body.facts,
        demand=body.demand,
        received_on=today,
        accept_by=terms.acceptance.deadline(today).due_on,
    )
    session.add(complaint)
    await session.flush()
    await cases.start_clock(session, complaint, terms.acceptance, today)
    return complaint


async def accept(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, version: int, today: date
) -> Complaint:
    """Accepts a complaint: mediation begins, and its 45 working days. Late is still possible, and marked.

    409 when someone decided before, 412 when the complaint has changed since the caller read it.
    """
    complaint = await _to_decide(session, caller, complaint_id, Act.ACCEPT, version)
    terms = case_rules.terms_of(complaint.terms_version)
    await _decided(session, complaint, caller, today)
    complaint.accepted_on = today
    complaint.mediate_by = (await cases.start_clock(session, complaint, terms.mediation, today)).due_on
    await cases.move(session, complaint, Done(Act.ACCEPT, Viewer.OFFICER, caller))
    await publish(session, ComplaintAcceptedV1(complaint_id=complaint.id, number=complaint.number, accepted_on=today))
    return complaint


async def refuse(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, version: int, body: RefusalIn, today: date
) -> Complaint:
    """Refuses a complaint on a ground of the closed list; 422 when the record contradicts the ground."""
    complaint = await _to_decide(session, caller, complaint_id, Act.REFUSE, version)
    terms = case_rules.terms_of(complaint.terms_version)
    rules.check_ground(body.ground, complaint.known_on, complaint.received_on, terms)
    await _decided(session, complaint, caller, today)
    complaint.refusal_ground, complaint.refusal_reason = body.ground.value, body.reason
    complaint.refusal_basis = case_rules.cite(terms, rules.GROUNDS[body.ground][0])
    await cases.move(session, complaint, Done(Act.REFUSE, Viewer.OFFICER, caller, body.reason))
    await publish(
        session,
        ComplaintRefusedV1(
            complaint_id=complaint.id, number=complaint.number, ground=body.ground.value, decided_on=today
        ),
    )
    return complaint


async def _to_decide(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, act: Act, version: int
) -> Complaint:
    """The complaint, locked. The state comes before the version: who lost a race hears 409 that it is decided."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    case_rules.after(complaint.state, act)
    check_version(complaint, version)
    return complaint


async def _decided(session: AsyncSession, complaint: Complaint, caller: Caller, today: date) -> None:
    complaint.decided_late = case_rules.is_over(complaint.accept_by, today)
    complaint.officer_id = caller.subject
    await cases.stop_clock(session, complaint, "acceptance", today)


async def withdraw(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, reason: str | None, today: date
) -> Complaint:
    """The complainant takes the complaint back, before the decision or during the mediation."""
    complaint = await cases.for_complainant(session, caller, complaint_id)
    await end_by_withdrawal(session, complaint, Done(Act.WITHDRAW, Viewer.COMPLAINANT, caller, reason), today)
    return complaint


async def end_by_withdrawal(session: AsyncSession, complaint: Complaint, done: Done, today: date) -> None:
    """Ends the case as withdrawn, whoever wrote it down."""
    running = "mediation" if complaint.state == State.ACCEPTED else "acceptance"
    await cases.move(session, complaint, done)
    await cases.stop_clock(session, complaint, running, today)
    complaint.concluded_on = today
    await publish(session, ComplaintWithdrawnV1(complaint_id=complaint.id, number=complaint.number, withdrawn_on=today))


async def findings(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> list[rules.Ground]:
    """Grounds for refusal which the record points to; 404 outside the officer's region."""
    complaint, viewer = await cases.read(session, caller, complaint_id)
    if viewer is not Viewer.OFFICER:
        raise ComplaintUnknown
    terms = case_rules.terms_of(complaint.terms_version)
    earlier = tuple(await queries.same_dispute(session, complaint))
    record = rules.Record(complaint.known_on, complaint.received_on, complaint.facts, earlier)
    return rules.findings(record, terms)
