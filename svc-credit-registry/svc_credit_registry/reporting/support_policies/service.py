"""Publishing support policies, matching them to an enterprise, and making benefits public."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from shared.db import Sessions
from shared.errors import FieldError
from shared.http import check_version
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import SupportBenefitContent
from svc_credit_registry.reporting.filing_checks.errors import NotForEnterprise
from svc_credit_registry.reporting.filings import queries as filings
from svc_credit_registry.reporting.filings.schemas import ReportForm
from svc_credit_registry.reporting.small_micro import queries as small_micro
from svc_credit_registry.reporting.small_micro.service import facts_of
from svc_credit_registry.reporting.support_policies import queries, rules
from svc_credit_registry.reporting.support_policies.errors import (
    BenefitRepeated,
    BenefitUnknown,
    NotYourUnit,
    OtherRegion,
    PolicyFaulty,
    PolicyNotOpen,
    PolicyUnknown,
)
from svc_credit_registry.reporting.support_policies.models import SupportBenefit, SupportPolicy
from svc_credit_registry.reporting.support_policies.rules import Applicant, Judgement, State
from svc_credit_registry.reporting.support_policies.schemas import BenefitIn, BenefitOut, PolicyIn

MATCHED_AT_MOST = 500
CHUNK = 1000


async def draft(session: AsyncSession, caller: Caller, body: PolicyIn) -> SupportPolicy:
    """A draft of the caller's unit, which only it sees; 422 outside the unit's region."""
    _check(caller, body)
    policy = SupportPolicy(
        state=State.DRAFT, unit=_unit(caller), **body.model_dump(mode="python", exclude={"conditions"})
    )
    policy.conditions = _conditions(body)
    session.add(policy)
    await session.flush()
    await _audit(session, caller, policy, "drafted")
    return policy


async def edit(
    session: AsyncSession, caller: Caller, policy_id: uuid.UUID, version: int, body: PolicyIn
) -> SupportPolicy:
    """Replaces a draft; 409 once it is published."""
    policy = await own(session, caller, policy_id)
    check_version(policy, version)
    _expect(policy, State.DRAFT)
    _check(caller, body)
    for name, value in body.model_dump(mode="python", exclude={"conditions"}).items():
        setattr(policy, name, value)
    policy.conditions = _conditions(body)
    await session.flush()
    await _audit(session, caller, policy, "edited")
    return policy


async def publish(
    session: AsyncSession, caller: Caller, policy_id: uuid.UUID, version: int, today: date
) -> SupportPolicy:
    """Makes a draft public; from now on it is only withdrawn. 412 when a colleague has edited it meanwhile."""
    policy = await own(session, caller, policy_id)
    check_version(policy, version)
    _expect(policy, State.DRAFT)
    policy.state, policy.published_on = State.PUBLISHED, today
    await session.flush()
    await _audit(session, caller, policy, "published")
    return policy


async def withdraw(session: AsyncSession, caller: Caller, policy_id: uuid.UUID, reason: str) -> SupportPolicy:
    """Takes a policy out of force; it stays readable with the reason."""
    policy = await own(session, caller, policy_id)
    _expect(policy, State.PUBLISHED)
    policy.state, policy.withdrawn_reason = State.WITHDRAWN, reason
    await session.flush()
    await _audit(session, caller, policy, "withdrawn", reason)
    return policy


async def own(session: AsyncSession, caller: Caller, policy_id: uuid.UUID) -> SupportPolicy:
    """A policy of the caller's unit, locked; others' drafts are 404, others' published ones 403."""
    policy = await queries.policy(session, policy_id, lock=True)
    if policy is None or (policy.unit != caller.unit and policy.state == State.DRAFT):
        raise PolicyUnknown
    if policy.unit != caller.unit:
        raise NotYourUnit
    return policy


async def shown(session: AsyncSession, policy_id: uuid.UUID) -> SupportPolicy:
    """A policy that is or was published."""
    policy = await queries.policy(session, policy_id)
    if policy is None or policy.state == State.DRAFT:
        raise PolicyUnknown
    return policy


def _unit(caller: Caller) -> str:
    if caller.unit is None:
        raise NotYourUnit
    return caller.unit


def _conditions(body: PolicyIn) -> list[dict[str, Any]]:
    return [c.model_dump(mode="json") for c in body.conditions]


def _check(caller: Caller, body: PolicyIn) -> None:
    faults = []
    if not regions.is_known(body.region) or not caller.covers(body.region):
        faults.append(FieldError("/region", "outside_region", "不在本单位辖区内 / not within your region"))
    if body.valid_until is not None and body.valid_until < body.valid_from:
        faults.append(FieldError("/valid_until", "before_begin", "终日早于始日 / ends before it begins"))
    if faults:
        raise PolicyFaulty(errors=faults)


def _expect(policy: SupportPolicy, state: State) -> None:
    if policy.state != state:
        raise PolicyNotOpen(state=policy.state)


async def applicant_of(session: AsyncSession, enterprise: Enterprise, *, with_figures: bool) -> Applicant:
    """What the register knows of an enterprise; its figures only for those who act for it."""
    size = await small_micro.size_of(session, enterprise.code)
    last = await filings.last_published(session, enterprise.code, 9999) if with_figures else None
    facts = facts_of(enterprise.industry_code, ReportForm.model_validate_json(last.content)) if last else None
    return Applicant(
        size=size.size if size else None,
        industry_code=enterprise.industry_code,
        region=enterprise.region,
        organisation_form=enterprise.organisation_form,
        established_on=enterprise.established_on,
        in_business=enterprise.status == "active",
        capital_yuan=enterprise.registered_capital_yuan,
        lists=await queries.lists_of(session, enterprise.code),
        reported=await queries.reported_years(session, enterprise.code),
        employees=facts.employees if facts else None,
        revenue_yuan=facts.revenue_yuan if facts else None,
        assets_yuan=facts.assets_yuan if facts else None,
    )


async def matches(
    session: AsyncSession, applicant: Applicant, today: date
) -> list[tuple[SupportPolicy, str, list[Judgement]]]:
    """The policies in force where the enterprise is, those it is eligible for first, each with its reasons."""
    statement = queries.published(today, region=applicant.region).order_by(SupportPolicy.published_on.desc())
    found = []
    for policy in await session.scalars(statement.limit(MATCHED_AT_MOST)):
        reasons = rules.judge(policy.conditions, policy.region, applicant, today)
        found.append((policy, rules.eligible(reasons), reasons))
    order = ("eligible", "unknown", "not_eligible")
    return sorted(found, key=lambda match: order.index(match[1]))


def org_of(caller: Caller) -> str:
    """The enterprise for which the caller acts in this matter; 403 when there is none."""
    if caller.org is None or not caller.acts_for(caller.org, rules.MATTER):
        raise NotForEnterprise
    return caller.org


async def grant(session: AsyncSession, caller: Caller, body: BenefitIn, now: datetime) -> SupportBenefit:
    """Makes public what an enterprise received: an item of its record whose producer is the caller's unit."""
    today, unit = statutory_date(now), _unit(caller)
    if body.granted_on > today:
        raise PolicyFaulty(errors=[FieldError("/granted_on", "not_yet", "日期不能晚于今日 / the day has not come yet")])
    enterprise = await enterprises.find(session, body.code)
    if not caller.covers(enterprise.region):
        raise OtherRegion(region=enterprise.region)
    if await queries.by_reference(session, unit, body.reference) is not None:
        raise BenefitRepeated
    benefit = SupportBenefit(
        code=enterprise.code,
        region=enterprise.region,
        unit=unit,
        policy=await _policy_title(session, body),
        published_on=today,
        **body.model_dump(exclude={"code", "policy"}),
    )
    session.add(benefit)
    await session.flush()
    await records.put(session, caller, _item(benefit), now)
    await audit.record(
        session, caller, action="support_benefit.published", object_type="support_benefit", object_id=benefit.id,
        after={"code": benefit.code, "policy": benefit.policy, "reference": benefit.reference},
    )  # fmt: skip
    return benefit


async def _policy_title(session: AsyncSession, body: BenefitIn) -> str:
    if body.policy_id is not None:
        return (await shown(session, body.policy_id)).title
    if body.policy is None:
        raise PolicyFaulty(errors=[FieldError("/policy", "missing", "请填写政策名称 / name the policy")])
    return body.policy


def _item(benefit: SupportBenefit) -> records.Item:
    content = SupportBenefitContent(
        policy=str(benefit.policy_id or benefit.policy),
        policy_label=benefit.policy,
        granted_by=benefit.unit,
        granted_on=benefit.granted_on,
        amount_yuan=benefit.amount_yuan,
        year=benefit.granted_on.year,
        remark=benefit.remark,
    )
    return records.Item(
        code=benefit.code,
        kind=RecordKind.SUPPORT_BENEFIT,
        key=benefit.reference,
        content=content,
        producer=benefit.unit,
        provider=benefit.unit,
        basis=rules.BASIS,
        produced_on=benefit.granted_on,
        effective_from=benefit.granted_on,
    )


async def export(
    sessions: Sessions, region: str, policy_id: uuid.UUID | None, code: str | None
) -> AsyncIterator[Sequence[BenefitOut]]:
    """All public benefits with these filters by id, a stretch at a time: no transaction is open while they are sent."""
    last = uuid.UUID(int=0)
    while True:
        statement = queries.benefits(region, policy_id, code).where(SupportBenefit.id > last)
        async with sessions() as session:
            rows = (await session.scalars(statement.order_by(SupportBenefit.id).limit(CHUNK))).all()
        yield [BenefitOut.model_validate(row) for row in rows]
        if len(rows) < CHUNK:
            return
        last = rows[-1].id


async def revoke(
    session: AsyncSession, caller: Caller, benefit_id: uuid.UUID, reason: str, now: datetime
) -> SupportBenefit:
    """Takes a benefit that was published in error off the record; only the unit that published it."""
    benefit = await queries.benefit(session, benefit_id, lock=True)
    if benefit is None or benefit.withdrawn_on is not None:
        raise BenefitUnknown
    if benefit.unit != caller.unit:
        raise NotYourUnit
    benefit.withdrawn_on, benefit.withdrawn_reason = statutory_date(now), reason
    await session.flush()
    kind = RecordKind.SUPPORT_BENEFIT
    await records.end(session, caller, benefit.unit, kind, benefit.reference, reason, now, void=True)
    await audit.record(
        session, caller, action="support_benefit.withdrawn", object_type="support_benefit", object_id=benefit.id,
        reason=reason,
    )  # fmt: skip
    return benefit


async def _audit(
    session: AsyncSession, caller: Caller, policy: SupportPolicy, act: str, reason: str | None = None
) -> None:
    await audit.record(
        session,
        caller,
        action=f"support_policy.{act}",
        object_type="support_policy",
        object_id=policy.id,
        after={"state": policy.state, "title": policy.title, "unit": policy.unit},
        reason=reason,
    )
