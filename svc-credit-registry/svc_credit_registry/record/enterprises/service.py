"""Entering enterprises into the register, and showing them as they are and as they were."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.clock import statutory_date
from shared.codes import credit_code, regions
from svc_credit_registry.record.classification.rules import INDUSTRIES, industry_code
from svc_credit_registry.record.enterprises import queries, rules
from svc_credit_registry.record.enterprises.errors import CodesExhausted, EnterpriseUnknown, RecordNotBegun
from svc_credit_registry.record.enterprises.models import (
    CODE_NUMBERS,
    Enterprise,
    EnterpriseName,
    EnterpriseSuccessor,
    EnterpriseVersion,
)
from svc_credit_registry.record.enterprises.schemas import (
    EnterpriseHistoryOut,
    EnterpriseOut,
    EnterpriseSummary,
    FactChange,
    MovedOut,
    NameOut,
    Provenance,
    PublicationOut,
    RegisterChange,
    StateOut,
)

CODE_TRIES = 1000
State = Enterprise | EnterpriseVersion
"""What the record says of an enterprise: now, or until it was replaced."""


@dataclass(frozen=True)
class Registration:
    """What a granted application says of the enterprise it founds."""

    application_id: uuid.UUID
    name: str
    region: str
    industry_code: str
    organisation_form: str
    legal_representative_name: str
    registered_capital_yuan: Decimal
    address: str
    business_scope: str
    established_on: date
    registered_on: date
    unit: str
    basis: str


async def find(session: AsyncSession, code: str) -> Enterprise:
    """The enterprise with this code; 422 for what can't be a code, 404 for a code which no enterprise has."""
    enterprise = await queries.by_code(session, rules.valid_code(code))
    if enterprise is None:
        raise EnterpriseUnknown(f"没有统一社会信用代码为{code}的企业 No enterprise has the code {code}.")
    return enterprise


async def find_on(session: AsyncSession, code: str, day: date) -> State:
    """The enterprise as the record had it at the end of `day`; 404 with the first day when the record had not begun."""
    enterprise = await find(session, code)
    if enterprise.received_at < rules.end_of(day):
        return enterprise
    version = await queries.version_on(session, enterprise.code, day)
    if version is None:
        began = await queries.first_recorded_at(session, enterprise.code) or enterprise.received_at
        first = statutory_date(began)
        message = f"公示信息自 {first} 起 / the record begins on {first}"
        raise RecordNotBegun(message, code_asked=enterprise.code, first_recorded_on=first)
    return version


async def moved(session: AsyncSession, code: str, day: date, *, english: bool) -> MovedOut | None:
    """Where the record of `code` went on by the end of `day`; None while it goes on under `code` itself.

    Enterprises in business have no successor, so for them nothing is looked up twice.
    """
    old = credit_code.normalise(code)
    if not rules.OLD_NUMBER.fullmatch(old):
        enterprise = await queries.by_code(session, rules.valid_code(code))
        if enterprise is not None and enterprise.status == rules.Status.ACTIVE:
            return None
    step = await queries.successor_of(session, old)
    if step is None or step.recorded_at >= rules.end_of(day):
        return None
    return moved_out(step, english=english)


def moved_out(step: EnterpriseSuccessor, *, english: bool) -> MovedOut:
    """The body of a 308."""
    return MovedOut(
        old_code=step.old_code,
        new_code=step.new_code,
        reason=step.reason,
        reason_label=rules.SUCCESSION_LABELS[rules.Succession(step.reason)][english],
        since=step.since,
        basis=step.basis,
        location=f"/v1/enterprises/{step.new_code}",
    )


async def names_on(session: AsyncSession, code: str, day: date | None) -> list[NameOut]:
    """The names as the record had them at the end of `day`, or has them now; the then present one first."""
    names = await queries.names_of(session, code)
    if day is None:
        return [NameOut.model_validate(name) for name in names]
    end = rules.end_of(day)
    known = [_name_on(name, end) for name in names if name.recorded_at < end]
    return sorted(known, key=lambda name: (name.valid_until is not None, -name.valid_from.toordinal()))


def _name_on(name: EnterpriseName, end: datetime) -> NameOut:
    is_open = name.valid_until is None or (name.closed_at or rules.end_of(name.valid_until)) >= end
    return NameOut(name=name.name, valid_from=name.valid_from, valid_until=None if is_open else name.valid_until)


async def describe(session: AsyncSession, enterprise: State, as_of: date | None = None) -> EnterpriseOut:
    """The public record of an enterprise: as it is, or as it was at the end of the day `as_of`."""
    return described(enterprise, await names_on(session, enterprise.code, as_of), as_of)


def described(enterprise: State, names: Sequence[NameOut], as_of: date | None = None) -> EnterpriseOut:
    """One state of an enterprise with its names."""
    label, label_en = rules.STATUS_LABELS[rules.Status(enterprise.status)]
    industry = INDUSTRIES.get(enterprise.industry_code) or INDUSTRIES.get(enterprise.industry_code[:3])
    return EnterpriseOut(
        **EnterpriseSummary.model_validate(enterprise).model_dump(),
        status_label=label,
        status_label_en=label_en,
        region_name=regions.full_name(enterprise.region) if regions.is_known(enterprise.region) else None,
        industry_name=industry.label if industry else None,
        registered_on=enterprise.registered_on,
        ended_on=enterprise.ended_on,
        registered_capital_yuan=enterprise.registered_capital_yuan,
        address=enterprise.address,
        business_scope=enterprise.business_scope,
        names=list(names),
        provenance=Provenance(producer=enterprise.producer, basis=enterprise.basis, received_at=since(enterprise)),
        publication=PublicationOut(
            due_on=enterprise.publication_due_on, basis=rules.PUBLICATION_BASIS, published_at=enterprise.published_at
        ),
        version=enterprise.version,
        as_of=as_of,
        complaints_url=f"/v1/enterprises/{enterprise.code}/complaints",
        record_url=f"/v1/enterprises/{enterprise.code}/record",
    )  # fmt: skip


async def history(session: AsyncSession, code: str, day: date, *, english: bool) -> EnterpriseHistoryOut:
    """How the enterprise came to be what the record said at the end of `day`; refusals as for the enterprise then."""
    await find_on(session, code, day)
    enterprise = await find(session, code)
    states: list[State] = list(await queries.versions_until(session, enterprise.code, day))
    if enterprise.received_at < rules.end_of(day):
        states.append(enterprise)
    return EnterpriseHistoryOut(
        code=enterprise.code,
        as_of=day,
        first_recorded_at=since(states[0]),
        names=await names_on(session, enterprise.code, day),
        statuses=_statuses(states, english=english)[::-1],
        changes=[c for a, b in pairwise(states) if (c := _change(a, b, english=english)).facts][::-1],
    )


def since(state: State) -> datetime:
    """When a state came on the record."""
    return state.received_at if isinstance(state, Enterprise) else state.recorded_at


def _statuses(states: Sequence[State], *, english: bool) -> list[StateOut]:
    begun = [states[0], *(b for a, b in pairwise(states) if (a.status, a.ended_on) != (b.status, b.ended_on))]
    ends = [statutory_date(since(state)) for state in begun[1:]]
    return [
        StateOut(
            status=state.status,
            label=rules.STATUS_LABELS[rules.Status(state.status)][english],
            since=statutory_date(since(state)),
            until=None if end is None else max(end - timedelta(days=1), statutory_date(since(state))),
            ended_on=state.ended_on,
            producer=state.producer,
            basis=state.basis,
        )
        for state, end in zip(begun, [*ends, None], strict=True)
    ]


def _change(before: State, after: State, *, english: bool) -> RegisterChange:
    facts = [
        FactChange(field=name, label=label[english], before=_text(before, name), after=_text(after, name))
        for name, label in rules.FACT_LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]
    return RegisterChange(
        version=after.version, recorded_at=since(after), producer=after.producer, basis=after.basis, facts=facts
    )


def _text(state: State, name: str) -> str | None:
    value = getattr(state, name)
    return None if value is None else str(value)


KEPT = tuple(c.key for c in EnterpriseVersion.__table__.columns if c.key not in ("recorded_at", "superseded_at"))


def keep_state(session: AsyncSession, enterprise: Enterprise, now: datetime) -> datetime:
    """Keeps the present state of an enterprise before it is changed; since when the next one stands on the record.

    A clock that runs behind does not turn a period round.
    """
    at = max(now, enterprise.received_at)
    state = {name: getattr(enterprise, name) for name in KEPT}
    session.add(EnterpriseVersion(**state, recorded_at=enterprise.received_at, superseded_at=at))
    return at


async def register(session: AsyncSession, registration: Registration) -> Enterprise | None:
    """Enters the enterprise under a fresh code; None when its application has founded one before.

    Of two that come at once for one application the second waits for the first. Numbers of codes are given once; codes
    loaded from elsewhere are passed over.
    """
    facts = _facts(registration)
    for _ in range(CODE_TRIES):
        number = await session.scalar(select(CODE_NUMBERS.next_value()))
        code = credit_code.make(registration.region, int(number or 0))
        enterprise = await queries.enter(session, facts | {"code": code})
        if enterprise is not None:
            session.add(EnterpriseName(code=code, name=enterprise.name, valid_from=registration.registered_on))
            await _audit(session, enterprise)
            return enterprise
        if await queries.by_application(session, registration.application_id) is not None:
            return None
    raise CodesExhausted


def _facts(registration: Registration) -> dict[str, object]:
    due = rules.publication_due(registration.registered_on)
    return {
        "name": registration.name,
        "region": registration.region,
        "industry_code": industry_code(registration.industry_code) or registration.industry_code,
        "organisation_form": registration.organisation_form,
        "status": rules.Status.ACTIVE,
        "established_on": registration.established_on,
        "registered_on": registration.registered_on,
        "legal_representative_name": registration.legal_representative_name,
        "registered_capital_yuan": registration.registered_capital_yuan,
        "address": registration.address,
        "business_scope": registration.business_scope,
        "application_id": registration.application_id,
        "decided_on": registration.registered_on,
        "publication_due_on": due.due_on if due else None,
        "producer": registration.unit,
        "basis": registration.basis,
    }


async def _audit(session: AsyncSession, enterprise: Enterprise) -> None:
    await audit.record(
        session,
        audit.SYSTEM,
        action="enterprise.registered",
        object_type="enterprise",
        object_id=enterprise.code,
        after={
            "name": enterprise.name,
            "region": enterprise.region,
            "status": enterprise.status,
            "application_id": enterprise.application_id,
            "publication_due_on": enterprise.publication_due_on,
        },
        reason=enterprise.basis,
    )
