"""A person's or an enterprise's open duties and cases, from all modules that hold any, in one shape."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, Select, String, Subquery, case, cast, exists, false, func, literal, select, union_all

from shared.auth import Caller
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.filings.rules import MATTER as REPORTING
from svc_credit_registry.reporting.filings.rules import Window
from svc_credit_registry.reporting.immediate_information.rules import MATTER as INFORMING
from svc_credit_registry.reporting.objections import queries as objections
from svc_credit_registry.reporting.objections.models import Objection
from svc_credit_registry.reporting.objections.rules import OPEN_STATES
from svc_credit_registry.reporting.publication_orders import queries as publication_orders
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder

ANNUAL_REPORT, OBJECTION, QUESTION = "annual_report", "objection", "objection_question"


def of_caller(caller: Caller, window: Window, today: date, opened_at: datetime) -> Subquery:
    """The caller's items as (kind, key, number, name, state, due_on, updated_at).

    An enterprise has the report of the year whose window was opened last, until it is published; open corrections;
    what it asked to be verified; and what it is asked about its own items.
    """
    parts = [
        _reports(caller),
        _asked(caller),
        _to_answer(caller),
        _outstanding(caller, window, today, opened_at),
        _orders(caller),
    ]
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
