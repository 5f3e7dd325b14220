"""A person's or an enterprise's open duties and cases, from all modules that hold any, in one shape."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Select,
    String,
    Subquery,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    select,
    union_all,
)

from shared.auth import Caller
from shared.clock import STATUTORY_ZONE
from svc_credit_registry.access import CONDUCT, PLAN
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.hearings.queries import OPEN as OPEN_HEARINGS
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.list_objections.queries import OPEN as OPEN_OBJECTIONS
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.queries import OPEN as OPEN_ENTRIES
from svc_credit_registry.listing.lists.service import DECIDE
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.listing.removals.queries import OPEN as OPEN_REMOVALS
from svc_credit_registry.listing.repairs.models import Repair
from svc_credit_registry.listing.repairs.queries import OPEN as OPEN_REPAIRS
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.filings.rules import MATTER as REPORTING
from svc_credit_registry.reporting.filings.rules import Window
from svc_credit_registry.reporting.immediate_information.rules import MATTER as INFORMING
from svc_credit_registry.reporting.objections import queries as objections
from svc_credit_registry.reporting.objections.models import Objection
from svc_credit_registry.reporting.objections.rules import OFFICER_STATES, OPEN_STATES
from svc_credit_registry.reporting.objections.service import HANDLE
from svc_credit_registry.reporting.publication_orders import queries as publication_orders
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder
from svc_credit_registry.supervision.findings.rules import FindingState
from svc_credit_registry.supervision.inspections.models import InspectionAssignment, InspectionPlan, InspectionTask
from svc_credit_registry.supervision.inspections.rules import InspectionState
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.rules import WAITING as WAITING_LEADS

E, H, O = ListEntry, ListHearing, PublicationOrder  # noqa: E741 - short for the columns of one table
HELD = cast(func.timezone(STATUTORY_ZONE.key, H.held_at), Date)
T, A, P = InspectionTask, InspectionAssignment, InspectionPlan
WAITING_PLANS = (InspectionState.DRAFT, InspectionState.PUBLISHED, InspectionState.FROZEN)
LEADS = "credit-registry:leads:handle"
ANNUAL_REPORT, OBJECTION, QUESTION = "annual_report", "objection", "objection_question"


def of_caller(caller: Caller, window: Window, today: date, opened_at: datetime) -> Subquery:
    """The caller's items as (kind, key, number, name, state, due_on, updated_at).

    An enterprise has the report of the year whose window was opened last, until it is published; open corrections;
    what it asked to be verified; what it is asked about its own items; orders to publish; the lists it stands on or is
    proposed for, and what it has asked about them; its applications for repair. An officer has what his unit decides
    and checks, an inspector the inspections he is on.
    """
    parts = [
        _reports(caller),
        _asked(caller),
        _to_answer(caller),
        _outstanding(caller, window, today, opened_at),
        _orders(caller),
    ]
    if caller.org is not None:
        parts += _own_list_cases(caller, caller.org, today)
    elif caller.region is not None:
        parts += _to_decide(caller.region) if caller.has(DECIDE) else []
        parts += _to_verify(caller.region) if caller.has(HANDLE) else []
        parts += _to_plan(caller.region) if caller.has(PLAN) else []
        parts += [_leads(caller.region)] if caller.has(LEADS) else []
        parts += [_to_inspect(caller.subject)] if caller.has(CONDUCT) else []
    return union_all(*parts).subquery("items")


def _acting(caller: Caller) -> Any:
    speaks = caller.org is not None and caller.acts_for(caller.org, REPORTING)
    return Enterprise.code == caller.org if speaks else false()


def _reports(caller: Caller) -> Any:
    state = case((AnnualReport.revision == 0, "draft"), else_="correcting")
    return (
        select(
            literal(ANNUAL_REPORT).label("kind"),
            cast(AnnualReport.id, String).label("key"),
            cast(AnnualReport.year, String).label("number"),
            Enterprise.name.label("name"),
            state.label("state"),
            func.coalesce(AnnualReport.correct_until, func.make_date(AnnualReport.year + 1, 6, 30)).label("due_on"),
            AnnualReport.updated_at.label("updated_at"),
        )
        .join(Enterprise, Enterprise.code == AnnualReport.code)
        .where(_acting(caller), AnnualReport.draft.is_not(None))
    )


def _outstanding(caller: Caller, window: Window, today: date, opened_at: datetime) -> Any:
    begun = exists().where(AnnualReport.code == Enterprise.code, AnnualReport.year == window.year)
    return select(
        literal("annual_report_due"),
        Enterprise.code,
        literal(str(window.year)),
        Enterprise.name,
        literal(window.state(today)),
        literal(window.due_on),
        cast(literal(opened_at), DateTime(timezone=True)),
    ).where(
        _acting(caller), Enterprise.status == Status.ACTIVE, Enterprise.established_on < window.opens_on,
        ~Enterprise.code.startswith("92"), ~begun,
    )  # fmt: skip


def _cases(kind: str, cases: Select[Any]) -> Any:
    return cases.join(Enterprise, Enterprise.code == Objection.code).with_only_columns(
        literal(kind),
        cast(Objection.id, String),
        Objection.number,
        Enterprise.name,
        Objection.state,
        Objection.due_on,
        Objection.updated_at,
        maintain_column_froms=True,
    )


def _asked(caller: Caller) -> Any:
    return _cases(OBJECTION, objections.asked_by(caller).where(Objection.state.in_(OPEN_STATES)))


def _to_answer(caller: Caller) -> Any:
    return _cases(QUESTION, objections.to_answer(caller))


def _orders(caller: Caller) -> Any:
    speaks = caller.org is not None and caller.acts_for(caller.org, INFORMING)
    orders = publication_orders.of_enterprise(caller.org or "").join(
        Enterprise, Enterprise.code == PublicationOrder.code
    )
    return orders.where(PublicationOrder.state == "open" if speaks else false()).with_only_columns(
        literal("publication_order"),
        cast(PublicationOrder.id, String),
        PublicationOrder.number,
        Enterprise.name,
        PublicationOrder.state,
        PublicationOrder.due_on,
        PublicationOrder.updated_at,
        maintain_column_froms=True,
    )


def _own_list_cases(caller: Caller, code: str, today: date) -> list[Any]:
    speaks = lists.speaks_for(caller, code)
    running = case((E.objection_until >= today, E.objection_until))
    later = func.coalesce(E.due_on, running, E.escalates_on, E.expires_on)
    entries = _row("list_entry", E, E.number, E.name, later)
    mine = (E.code == code if speaks else false(), E.state.in_(OPEN_ENTRIES))
    repairs = _row("repair", Repair, Repair.number, Enterprise.name, Repair.due_on)
    repairs = repairs.join(Enterprise, Enterprise.code == Repair.code)
    asks = Repair.code == code if caller.acts_for(code, lists.REPAIR) else false()
    return [
        entries.where(*mine),
        _row("list_hearing", H, E.number, E.name, HELD)
        .join(E, E.id == H.entry_id)
        .where(mine[0], H.state.in_(OPEN_HEARINGS)),
        _of_entry("list_objection", ListObjection).where(mine[0], ListObjection.state.in_(OPEN_OBJECTIONS)),
        _of_entry("list_removal", Removal).where(mine[0], Removal.state.in_(OPEN_REMOVALS)),
        repairs.where(asks, Repair.state.in_(OPEN_REPAIRS)),
    ]


def _to_decide(region: str) -> list[Any]:
    """What the lists and repair have for the unit of a region; superiors read the queues."""
    repairs = _row("repair_decision", Repair, Repair.number, Enterprise.name, Repair.due_on)
    repairs = repairs.join(Enterprise, Enterprise.code == Repair.code)
    return [
        _row("listing_decision", E, E.number, E.name, E.due_on).where(E.region == region, E.due_on.is_not(None)),
        _row("list_hearing_notice", H, E.number, E.name, func.coalesce(H.due_on, HELD))
        .join(E, E.id == H.entry_id)
        .where(H.region == region, H.state.in_(OPEN_HEARINGS)),
        _of_entry("list_objection_decision", ListObjection).where(
            ListObjection.region == region, ListObjection.due_on.is_not(None)
        ),
        _of_entry("list_removal_decision", Removal).where(Removal.region == region, Removal.due_on.is_not(None)),
        repairs.where(Repair.region == region, Repair.due_on.is_not(None)),
    ]


def _to_verify(region: str) -> list[Any]:
    """What doubts about the record and orders to publish have for the unit of a region."""
    cases = select(Objection).where(Objection.region == region, Objection.state.in_(OFFICER_STATES))
    reviews = _row("publication_order_review", O, O.number, Enterprise.name, O.due_on)
    reviews = reviews.join(Enterprise, Enterprise.code == O.code)
    waiting = (O.region == region, O.state == "fulfilled", O.reviewed_on.is_(None))
    return [_cases("verification", cases), reviews.where(*waiting)]


def _to_plan(region: str) -> list[Any]:
    """Plans of the unit's own region that are not drawn yet, and results whose review is still open."""
    results = _row("inspection_review", T, T.number, Enterprise.name, T.publish_after)
    results = results.join(Enterprise, Enterprise.code == T.code).join(P, P.id == T.plan_id)
    return [
        _row("inspection_plan", P, P.number, P.title, P.period_from).where(
            P.region == region, P.state.in_(WAITING_PLANS)
        ),
        results.where(P.region == region, T.state == FindingState.REPORTED),
    ]


def _to_inspect(inspector_id: str) -> Any:
    """The inspections without a result which an inspector is on."""
    tasks = _row("inspection", T, T.number, Enterprise.name, T.due_on).join(Enterprise, Enterprise.code == T.code)
    mine = select(A.task_id).where(A.inspector_id == inspector_id, A.ended_on.is_(None))
    return tasks.where(T.id.in_(mine), T.state == FindingState.ASSIGNED)


def _leads(region: str) -> Any:
    """The leads which the unit of a region has to deal with, by the name of the enterprise or as it was reported."""
    name = func.coalesce(Enterprise.name, Lead.reported_name, Lead.category)
    leads = _row("lead", Lead, Lead.number, name, Lead.due_on).outerjoin(Enterprise, Enterprise.code == Lead.code)
    return leads.where(Lead.region == region, Lead.state.in_(WAITING_LEADS))


def _row(kind: str, model: Any, number: Any, name: Any, due_on: Any) -> Any:
    return select(literal(kind), cast(model.id, String), number, name, model.state, due_on, model.updated_at)


def _of_entry(kind: str, model: Any) -> Any:
    return _row(kind, model, E.number, E.name, model.due_on).join(E, E.id == model.entry_id)
