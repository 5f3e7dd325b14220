"""What every act on an application does: find it for those who may see it, move it on, keep its dates."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from shared.deadlines import DeadlineOut, DeadlinesOut, days_out
from svc_services.access import HANDLE
from svc_services.cases import queries, rules
from svc_services.cases.errors import ApplicationUnknown, ConflictOfInterest, NotYourRegion
from svc_services.cases.models import Application, CaseStep
from svc_services.cases.rules import ACT_LABELS, STATE_LABELS, Act, Facts, Node, State
from svc_services.cases.schemas import HistoryOut, StepOut, TrackingOut


async def own(session: AsyncSession, caller: Caller, application_id: uuid.UUID, *, lock: bool = False) -> Application:
    """The caller's own application, or that of the enterprise for which he acts; 404 for all others alike."""
    found = await queries.by_id(session, application_id, lock=lock)
    if found is None or not is_owner(found, caller):
        raise ApplicationUnknown
    return found


def is_owner(application: Application, caller: Caller) -> bool:
    """Whether the case is the caller's. One made for an enterprise belongs to it: whoever acts for it in this matter
    sees it and goes on with it, and nobody else does, nor he who filed it once his mandate is over."""
    if application.org is None:
        return caller.org is None and application.applicant_id == caller.subject
    return caller.acts_for(application.org, application.matter_code)


async def visible(session: AsyncSession, caller: Caller, application_id: uuid.UUID) -> Application:
    """An application for its applicant and for officers of its region and above; 404 for everyone else."""
    found = await queries.by_id(session, application_id)
    if found is None or not (is_owner(found, caller) or _is_overseen(found, caller)):
        raise ApplicationUnknown
    return found


async def to_handle(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, *, lock: bool = True
) -> Application:
    """An application which the caller handles, locked unless it is only read.

    404 outside the caller's region, 403 for superiors, who only read, and for an officer who is himself the applicant.
    """
    found = await queries.by_id(session, application_id, lock=lock)
    if found is None or not _is_overseen(found, caller):
        raise ApplicationUnknown
    if found.applicant_id == caller.subject:
        raise ConflictOfInterest
    if caller.region != found.region:
        raise NotYourRegion(f"{found.number}: {found.region}")
    return found


def _is_overseen(application: Application, caller: Caller) -> bool:
    return caller.has(HANDLE) and caller.covers(application.region) and application.submitted_on is not None


async def move(
    session: AsyncSession, caller: Caller, application: Application, act: Act, today: date, reason: str | None = None
) -> None:
    """Moves a case on (409 when it may not), keeps its running date, its step and its audit row."""
    before = State(application.state)
    application.state = rules.after(before, act)
    application.due_on = running_due(application, today)
    position = await queries.last_position(session, application.id) + 1
    session.add(
        CaseStep(
            application_id=application.id,
            position=position,
            act=act,
            state=application.state,
            actor=_actor(caller, application),
            unit=caller.unit,
            on=today,
            due_on=application.due_on,
        )
    )
    await audit.record(
        session,
        caller,
        action=f"application.{act}",
        object_type="application",
        object_id=application.id,
        before={"state": before},
        after={"state": application.state, "number": application.number},
        reason=reason,
    )
    await session.flush()


def _actor(caller: Caller, application: Application) -> str:
    if caller.kind == "system":
        return "system"
    return "applicant" if is_owner(application, caller) else "officer"


def nodes_of(application: Application, today: date) -> list[Node]:
    """All statutory dates of a case; none for a draft."""
    if application.submitted_on is None or application.terms_version is None:
        return []
    facts = Facts(
        submitted_on=application.submitted_on,
        correction_requested_on=application.correction_requested_on,
        resubmitted_on=application.resubmitted_on,
        accepted_on=application.accepted_on,
        extended_on=application.extended_on,
        decided_on=application.decided_on,
        completed_on=application.completed_on,
        decision_days=_days(application, "working_days"),
        extension_days=_days(application, "extension_working_days"),
    )
    return rules.nodes(facts, rules.terms_of(application.terms_version), today=today)


def _days(application: Application, name: str) -> int:
    return int(str(application.standard[name]))


def running_node(application: Application, today: date) -> Node | None:
    """The date which must be kept next; None for drafts and cases that ended."""
    if application.state in rules.ENDED:
        return None
    return rules.due_node(nodes_of(application, today))


def running_due(application: Application, today: date) -> date | None:
    """The day on which the running term of a case ends."""
    node = running_node(application, today)
    return node.deadline.due_on if node else None


def deadlines_out(application: Application, today: date, *, explain: bool, english: bool) -> DeadlinesOut:
    """All dates of a case, each with its source; every day accounted for when `explain` is asked."""
    items = [_deadline_out(node, today, explain=explain, english=english) for node in nodes_of(application, today)]
    return DeadlinesOut(number=application.number, items=items)


def _deadline_out(node: Node, today: date, *, explain: bool, english: bool) -> DeadlineOut:
    return DeadlineOut(
        node=node.node,
        label=node.label[english],
        started_on=node.started_on,
        due_on=node.deadline.due_on,
        working_days=node.deadline.days,
        basis=node.deadline.basis,
        confirmed=node.term.confirmed,
        note=node.term.note,
        provisional=node.deadline.provisional,
        met_on=node.met_on,
        is_overdue=node.is_overdue(today),
        explanation=days_out(node.deadline.explanation, english=english) if explain else None,
    )


async def history_out(session: AsyncSession, application: Application, *, english: bool) -> HistoryOut:
    """What happened in a case, in order."""
    steps = await queries.steps_of(session, application.id)
    return HistoryOut(number=application.number, items=[_step_out(s, english=english) for s in steps])


async def tracking_out(session: AsyncSession, number: str, today: date, *, english: bool) -> TrackingOut:
    """A case by its number for everyone; 404 when there is none."""
    application = await queries.by_number(session, number)
    if application is None:
        raise ApplicationUnknown
    steps = await queries.steps_of(session, application.id)
    return TrackingOut(
        number=application.number,
        matter_code=application.matter_code,
        matter_name=application.matter_name,
        matter_name_en=application.matter_name_en,
        region=application.region,
        region_name=regions.full_name(application.region),
        state=application.state,
        state_label=STATE_LABELS[State(application.state)][english],
        due_on=running_due(application, today),
        is_overdue=is_overdue(application, today),
        steps=[_step_out(s, english=english) for s in steps],
    )


def is_overdue(application: Application, today: date) -> bool:
    """Whether the running term of a case has passed."""
    node = running_node(application, today)
    return node is not None and node.is_overdue(today)


def _step_out(step: CaseStep, *, english: bool) -> StepOut:
    return StepOut(
        position=step.position,
        act=step.act,
        act_label=ACT_LABELS[Act(step.act)][english],
        state=step.state,
        state_label=STATE_LABELS[State(step.state)][english],
        actor=step.actor,
        unit=step.unit,
        on=step.on,
        at=step.at,
        due_on=step.due_on,
    )
