"""Changing the registered facts of an enterprise, and saying where its record goes on. Nothing is overwritten."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from shared.errors import FieldError
from shared.http import check_version
from shared.privacy import mask_name
from svc_credit_registry.record.amendments import rules
from svc_credit_registry.record.amendments.errors import (
    ChangeInvalid,
    NothingChanges,
    OtherRegistrar,
    SuccessionInvalid,
)
from svc_credit_registry.record.amendments.schemas import AmendedFactsIn
from svc_credit_registry.record.classification.rules import industry_code
from svc_credit_registry.record.enterprises import queries as enterprises
from svc_credit_registry.record.enterprises.errors import EnterpriseUnknown
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseName, EnterpriseSuccessor
from svc_credit_registry.record.enterprises.rules import FACT_LABELS, Status, Succession, valid_code
from svc_credit_registry.record.enterprises.service import find, keep_state
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.feed.rules import REGISTRATION
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.service import Entered, Item

CHAIN = 100
"""How many codes one after another are followed to find a circle."""


@dataclass(frozen=True)
class Decision:
    """What a change rests on: who decided, when, by what; `reason` is public."""

    producer: str
    decided_on: date
    basis: str
    document_number: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Act:
    """Who enters what was decided, and when."""

    caller: Caller
    decision: Decision
    now: datetime

    @property
    def today(self) -> date:
        """The statutory day of the entry."""
        return statutory_date(self.now)


async def for_registrar(session: AsyncSession, caller: Caller, code: str, version: int) -> Enterprise:
    """The enterprise, locked, for an act of its own registrar; 403 for others, 412 when it has moved on."""
    enterprise = await enterprises.locked(session, valid_code(code))
    if enterprise is None:
        raise EnterpriseUnknown(f"没有统一社会信用代码为{code}的企业 No enterprise has the code {code}.")
    if caller.region != enterprise.region:
        raise OtherRegistrar(region=enterprise.region)
    check_version(enterprise, version)
    return enterprise


async def change(
    session: AsyncSession, act: Act, enterprise: Enterprise, facts: AmendedFactsIn
) -> dict[RecordKind, Entered]:
    """Changes the facts of an enterprise held by the caller; the receipts of what went on its record.

    Keeps the state before, the period of a name that is given up, and a record item for each kind of change; search and
    compared names follow. 422 when nothing would be different, 409 for a status that can't follow the present one.
    """
    decision = act.decision
    rules.check_decided_on(decision.decided_on, enterprise.established_on, act.today)
    changed = _checked(enterprise, facts, decision)
    before = {name: getattr(enterprise, name) for name in changed}
    old_name = enterprise.name
    at = keep_state(session, enterprise, act.now)
    for name, value in changed.items():
        setattr(enterprise, name, value)
    enterprise.received_at, enterprise.producer, enterprise.basis = at, decision.producer, decision.basis
    enterprise.decided_on = decision.decided_on
    await session.flush()
    if changed.get("status") == Status.ACTIVE:
        await _restore(session, act, enterprise.code)
    if enterprise.name != old_name:
        await _rename(session, enterprise, decision.decided_on, at)
    await _audit(session, act, enterprise, before)
    await feed.changed(session, enterprise.code, REGISTRATION, day=statutory_date(at), facts=changed)
    return await _put_on_record(session, act, enterprise, before)


def _checked(enterprise: Enterprise, facts: AmendedFactsIn, decision: Decision) -> dict[str, Any]:
    """What really changes, by field; a status brings its day of end with it."""
    wanted: dict[str, Any] = facts.model_dump(exclude_none=True)
    if facts.region is not None and not regions.is_known(facts.region):
        raise _fault("region", "没有此行政区划; there is no such region")
    if facts.industry_code is not None:
        known = industry_code(facts.industry_code)
        if known is None:
            raise _fault("industry_code", "没有此行业代码; there is no such industry")
        wanted["industry_code"] = known
    changed = {name: value for name, value in wanted.items() if getattr(enterprise, name) != value}
    if not changed:
        raise NothingChanges
    if "status" in changed:
        rules.check_status(Status(enterprise.status), changed["status"])
        changed["ended_on"] = None if changed["status"] == Status.ACTIVE else decision.decided_on
    return changed


def _fault(field: str, message: str) -> ChangeInvalid:
    return ChangeInvalid(message, errors=[FieldError(f"/facts/{field}", "unknown_code", message)])


async def _rename(session: AsyncSession, enterprise: Enterprise, decided_on: date, at: datetime) -> None:
    n = EnterpriseName
    present = select(n).where(n.code == enterprise.code, n.valid_until.is_(None))
    given_up = (await session.scalars(present)).one_or_none()
    start = decided_on
    if given_up is not None:
        given_up.valid_until, given_up.closed_at = rules.name_period_end(given_up.valid_from, decided_on), at
        await session.flush()
        start = max(decided_on, given_up.valid_from)
    session.add(n(code=enterprise.code, name=enterprise.name, valid_from=start, recorded_at=at))


async def _restore(session: AsyncSession, act: Act, code: str) -> None:
    """The record of an enterprise in business is its own: where it had gone on to falls with the end set aside."""
    step = await enterprises.successor_of(session, code)
    if step is None:
        return
    await session.delete(step)
    await session.flush()
    before = {"old_code": code, "new_code": step.new_code, "reason": step.reason, "since": step.since}
    await audit.record(
        session, act.caller, action="enterprise.restored", object_type="enterprise", object_id=code, before=before,
        reason=act.decision.basis,
    )  # fmt: skip
    await feed.changed(session, step.new_code, REGISTRATION, day=act.today)


async def _put_on_record(
    session: AsyncSession, act: Act, enterprise: Enterprise, before: dict[str, Any]
) -> dict[RecordKind, Entered]:
    decision, entered = act.decision, {}
    for kind, content in _contents(enterprise, before, decision).items():
        item = Item(
            code=enterprise.code,
            kind=kind,
            key=f"{enterprise.code}/{enterprise.version}",
            content=content,
            producer=decision.producer,
            provider=decision.producer,
            basis=decision.basis,
            produced_on=decision.decided_on,
            effective_from=decision.decided_on,
        )
        entered[kind] = await records.put(session, act.caller, item, enterprise.received_at)
    return entered


def _contents(enterprise: Enterprise, before: dict[str, Any], decision: Decision) -> dict[RecordKind, dict[str, Any]]:
    decided = {"decided_on": str(decision.decided_on), "decided_by": decision.producer}
    if decision.document_number is not None:
        decided["document_number"] = decision.document_number
    found: dict[RecordKind, dict[str, Any]] = {}
    if "name" in before:
        found[RecordKind.NAME_CHANGE] = decided | {"before": before["name"], "after": enterprise.name}
    if "status" in before:
        states = {"before": str(before["status"]), "after": str(enterprise.status)}
        found[RecordKind.STATUS_CHANGE] = decided | states | {"reason": decision.reason or decision.basis}
    others = [name for name in FACT_LABELS if name in before and name not in ("name", "status", "ended_on")]
    if others:
        facts = [
            {"field": name, "before": _text(before[name]), "after": _text(getattr(enterprise, name))} for name in others
        ]
        found[RecordKind.REGISTRATION_CHANGE] = decided | {"facts": facts}
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


async def succeed(
    session: AsyncSession, act: Act, enterprise: Enterprise, new_code: str, reason: Succession
) -> EnterpriseSuccessor:
    """The record of an enterprise held by the caller goes on under `new_code`: whoever asks for it is sent there.

    One that is still in business ends by it. 404 for a new code no enterprise has, 409 when it leads back here.
    """
    successor = await find(session, new_code)
    await _check_chain(session, enterprise.code, successor.code)
    if enterprise.status == Status.ACTIVE:
        await change(session, act, enterprise, AmendedFactsIn(status=Status.CANCELLED))
    else:
        rules.check_decided_on(act.decision.decided_on, enterprise.established_on, act.today)
        await enterprises.note_decision(session, enterprise.code, act.decision.decided_on)
    return await _enter(session, act, enterprise.code, successor.code, reason)


async def keep_number(session: AsyncSession, act: Act, enterprise: Enterprise, number: str) -> EnterpriseSuccessor:
    """Leads from the registration number which an enterprise held by the caller had before to its code."""
    rules.check_decided_on(act.decision.decided_on, enterprise.established_on, act.today)
    return await _enter(session, act, number, enterprise.code, Succession.NUMBER_UNIFIED)


async def _enter(
    session: AsyncSession, act: Act, old_code: str, new_code: str, reason: Succession
) -> EnterpriseSuccessor:
    if await enterprises.successor_of(session, old_code) is not None:
        raise SuccessionInvalid(f"{old_code} 已有承继代码; it has a successor already")
    step = EnterpriseSuccessor(
        old_code=old_code,
        new_code=new_code,
        reason=reason,
        since=act.decision.decided_on,
        producer=act.decision.producer,
        basis=act.decision.basis,
        recorded_at=act.now,
    )
    session.add(step)
    await session.flush()
    after = {"old_code": old_code, "new_code": new_code, "reason": reason, "since": step.since}
    await audit.record(
        session, act.caller, action="enterprise.succeeded", object_type="enterprise", object_id=old_code, after=after,
        reason=step.basis,
    )  # fmt: skip
    if reason is not Succession.NUMBER_UNIFIED:
        await feed.changed(session, old_code, REGISTRATION, day=act.today)
    await feed.changed(session, new_code, REGISTRATION, day=act.today)
    return step


async def _check_chain(session: AsyncSession, old_code: str, new_code: str) -> None:
    code = new_code
    for _ in range(CHAIN):
        if code == old_code:
            raise SuccessionInvalid(f"{new_code} 又指向 {old_code}; the new code leads back to the old one")
        step = await enterprises.successor_of(session, code)
        if step is None:
            return
        code = step.new_code
    raise SuccessionInvalid


async def _audit(session: AsyncSession, act: Act, enterprise: Enterprise, before: dict[str, Any]) -> None:
    decision, after = act.decision, {name: getattr(enterprise, name) for name in before}
    await audit.record(
        session,
        act.caller,
        action="enterprise.changed",
        object_type="enterprise",
        object_id=enterprise.code,
        before=_masked(before),
        after=_masked(after) | {"decided_on": decision.decided_on, "document_number": decision.document_number},
        reason=decision.reason or decision.basis,
    )


def _masked(facts: dict[str, Any]) -> dict[str, Any]:
    person = "legal_representative_name"
    return facts | ({person: mask_name(facts[person])} if person in facts else {})
