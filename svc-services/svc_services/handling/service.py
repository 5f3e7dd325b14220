"""What officials do: ask for corrections once, accept, extend, decide. Each act locks the case it is about."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import record
from shared.auth import Caller
from shared.errors import Unavailable
from shared.events.services import (
    ApplicantUnmaskedV1,
    ApplicationAcceptedV1,
    ApplicationDecidedV1,
    CorrectionRequestedV1,
    EnterpriseFacts,
)
from shared.http import check_version
from shared.outbound import Outbound
from shared.outbox import publish
from svc_services.applications.service import guide_of
from svc_services.cases import queries as cases
from svc_services.cases import rules, service
from svc_services.cases.models import Application, CorrectionRequest
from svc_services.cases.rules import Act, State
from svc_services.clients import registry
from svc_services.clients.registry import Concerned
from svc_services.forms.rules import check_corrections
from svc_services.handling.errors import AlreadyExtended, CorrectionAlreadyRequested
from svc_services.handling.rules import (
    Restriction,
    check_correction_is_over,
    decision_act,
    reason_with,
    strongest,
    weigh,
)
from svc_services.handling.schemas import ApplicantOut, CorrectionRequestIn, DecisionIn, ExtensionIn
from svc_services.materials import queries as materials
from svc_services.names import service as names
from svc_services.names.models import NameReservation


async def request_correction(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, body: CorrectionRequestIn, today: date
) -> Application:
    """Tells the applicant once and completely what to correct. 409 the second time, 422 beyond the guide."""
    application = await service.to_handle(session, caller, application_id)
    await _check_first(session, application)
    rules.after(State(application.state), Act.REQUEST_CORRECTION)
    _, guide = await guide_of(session, application)
    check_corrections([i.as_rule() for i in body.items], guide.form_schema, [m.code for m in guide.materials])
    due = rules.correction_due(today, rules.terms_of(application.terms_version or ""))
    present = await materials.of_application(session, application.id)
    session.add(
        CorrectionRequest(
            application_id=application.id,
            items=[i.model_dump() for i in body.items],
            requested_by=caller.subject,
            requested_on=today,
            due_on=due.due_on,
            form_before=application.form,
            materials_before={code: m.sha256 for code, m in present.items()},
        )
    )
    application.correction_requested_on = today
    await service.move(session, caller, application, Act.REQUEST_CORRECTION, today)
    event = CorrectionRequestedV1(
        application_id=application.id, number=application.number, item_count=len(body.items), due_on=due.due_on
    )
    await publish(session, event)
    return application


async def _check_first(session: AsyncSession, application: Application) -> None:
    earlier = await cases.correction_of(session, application.id)
    if earlier is not None:
        raise CorrectionAlreadyRequested(
            f"已于 {earlier.requested_on} 一次性告知 {len(earlier.items)} 项（市场主体登记管理条例第十九条第二款）"
            f" / {len(earlier.items)} items were told on {earlier.requested_on}; defects are told once and completely",
            requested_on=earlier.requested_on.isoformat(),
            due_on=earlier.due_on.isoformat(),
            item_count=len(earlier.items),
        )


async def accept(session: AsyncSession, caller: Caller, application_id: uuid.UUID, today: date) -> Application:
    """Takes the application on: the clock of the decision begins."""
    application = await service.to_handle(session, caller, application_id)
    rules.after(State(application.state), Act.ACCEPT)
    application.accepted_on = today
    await service.move(session, caller, application, Act.ACCEPT, today)
    assert application.due_on is not None, "an accepted case has a date for its decision"
    event = ApplicationAcceptedV1(
        application_id=application.id, number=application.number, accepted_on=today, decide_by=application.due_on
    )
    await publish(session, event)
    return application


async def extend(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, body: ExtensionIn, today: date
) -> Application:
    """Gives the decision 3 more working days, once, with its reason and who approved it (Order 746 article 19)."""
    application = await service.to_handle(session, caller, application_id)
    rules.after(State(application.state), Act.EXTEND)
    if application.extended_on is not None:
        raise AlreadyExtended(f"{application.extended_on}: {application.extension_reason}")
    application.extended_on, application.extension_reason = today, f"{body.reason}（批准：{body.approved_by}）"
    await service.move(session, caller, application, Act.EXTEND, today, application.extension_reason)
    return application


@dataclass(frozen=True)
class Standing:
    """What stands against those whom a case concerns, as the registry said at a moment; None when it was not asked."""

    number: str
    found: list[dict[str, Any]]
    at: datetime | None

    @property
    def restrictions(self) -> list[Restriction]:
        """The same for the rules."""
        return [
            Restriction(r["number"], r["measure_name"], r["basis"], r["effect"], r["matched_by"] == "identity")
            for r in self.found
        ]

    @property
    def effect(self) -> str:
        """The strongest of all: none, attention, restrict or refuse."""
        return strongest([r.effect for r in self.restrictions])


async def standing_of(
    session: AsyncSession, outbound: Outbound, caller: Caller, application_id: uuid.UUID, now: datetime
) -> Standing:
    """Asks the registry what stands against those whom a case concerns. 503 while it does not answer."""
    application = await service.to_handle(session, caller, application_id, lock=False)
    found = await registry.restrictions(outbound, _concerned(application, caller))
    return Standing(application.number, found, now)


async def standing_before(
    session: AsyncSession,
    outbound: Outbound,
    caller: Caller,
    place: tuple[uuid.UUID, int],
    body: DecisionIn,
    now: datetime,
) -> Standing:
    """What stands against a decision about to be made, asked before the case is locked.

    A grant waits for the registry (503, nothing is changed). A refusal does not: it restricts nobody further.
    """
    application = await service.to_handle(session, caller, place[0], lock=False)
    act = decision_act(body.outcome, body.reason)
    rules.after(State(application.state), act)
    check_version(application, place[1])
    try:
        found = await registry.restrictions(outbound, _concerned(application, caller))
        return Standing(application.number, found, now)
    except Unavailable:
        if act is Act.GRANT:
            raise
        return Standing(application.number, [], None)


def _concerned(application: Application, caller: Caller) -> Concerned:
    personal = json.loads(application.personal)
    name, number = personal.get("applicant_name"), personal.get("applicant_id_number")
    return Concerned(
        matter=application.matter_code,
        case_id=application.number,
        official=caller.subject,
        codes=[application.org] if application.org else [],
        persons=[{"name": name, "id_number": number}] if name and number else [],
    )


async def decide(
    session: AsyncSession,
    caller: Caller,
    place: tuple[uuid.UUID, int],
    body: DecisionIn,
    standing: Standing,
    today: date,
) -> Application:
    """Grants or refuses. Of two officials at the same moment the second gets 409; 412 for a stale version.

    409 also where a joint measure forbids to grant, 422 where one is not weighed.
    """
    application_id, version = place
    application = await service.to_handle(session, caller, application_id)
    act = decision_act(body.outcome, body.reason)
    rules.after(State(application.state), act)
    await _check_correction_is_over(session, application, today)
    check_version(application, version)
    weigh(act, body.reason, standing.restrictions)
    application.decided_on, application.decided_by = today, caller.subject
    application.outcome, application.decision_reason = body.outcome, reason_with(body.reason, standing.restrictions)
    application.restrictions, application.restrictions_checked_at = standing.found, standing.at
    if act is Act.REFUSE and application.reservation_id is not None:
        await names.hold(session, application.reservation_id, held=False)
    await service.move(session, caller, application, act, today, application.decision_reason)
    await publish(session, await _decided(session, caller, application, today))
    return application


async def _check_correction_is_over(session: AsyncSession, application: Application, today: date) -> None:
    correction = await cases.correction_of(session, application.id)
    check_correction_is_over(State(application.state), correction.due_on if correction else None, today)


async def _decided(
    session: AsyncSession, caller: Caller, application: Application, today: date
) -> ApplicationDecidedV1:
    granted = application.state == State.GRANTED
    return ApplicationDecidedV1(
        application_id=application.id,
        number=application.number,
        matter_code=application.matter_code,
        outcome="granted" if granted else "refused",
        decided_on=today,
        region=application.region,
        unit=caller.unit or f"AMR-{application.region}",
        applicant_id=uuid.UUID(application.applicant_id),
        reservation_id=application.reservation_id,
        enterprise=await _enterprise(session, application, today) if granted else None,
    )


async def _enterprise(session: AsyncSession, application: Application, today: date) -> EnterpriseFacts | None:
    if application.reservation_id is None:
        return None
    kept = await session.get_one(NameReservation, application.reservation_id)
    personal = json.loads(application.personal)
    return EnterpriseFacts(
        name=kept.name,
        region=kept.region,
        organisation_form=kept.organisation_form,
        industry_code=kept.industry_code,
        registered_capital_yuan=Decimal(str(application.form["registered_capital_yuan"])),
        address=str(application.form["address"]),
        business_scope=str(application.form["business_scope"]),
        legal_representative_name=personal["legal_representative_name"],
        established_on=today,
    )


async def unmask_applicant(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, reason: str
) -> ApplicantOut:
    """The applicant's data in full, for the official who handles the case; reasoned, audited (PIPL article 51) and told
    to the applicant by svc-sso.
    """
    application = await service.to_handle(session, caller, application_id)
    personal = json.loads(application.personal)
    await record(
        session,
        caller,
        action="application.unmasked",
        object_type="application",
        object_id=application.id,
        after={"fields": sorted(ApplicantOut.model_fields)},
        reason=reason,
    )
    read = ApplicantUnmaskedV1(
        application_id=application.id,
        number=application.number,
        applicant_id=uuid.UUID(application.applicant_id),
        unit=caller.unit or "",
        fields=sorted(name.removeprefix("applicant_") for name in ApplicantOut.model_fields),
    )
    await publish(session, read)
    return ApplicantOut(**{name: personal[name] for name in ApplicantOut.model_fields})
