"""Decisions on lists and repair: one enterprise listed and removed, others listed, one penalty repaired."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now, today
from svc_credit_registry.demonstration.callers import ZENGDU, enterprise, officer
from svc_credit_registry.demonstration.enterprises import BUILDER, FOOD, MACHINES, PHARMACY, TRADER, code_of
from svc_credit_registry.demonstration.pushes import FOOD_PENALTY, PRICE_PENALTY
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.proposals import service as proposals
from svc_credit_registry.listing.proposals.schemas import ProposalDecisionIn, ProposalIn, StatementIn
from svc_credit_registry.listing.removals import service as removals
from svc_credit_registry.listing.removals.schemas import RemovalDecisionIn, RemovalIn, RemovalVerificationIn
from svc_credit_registry.listing.repairs import queries as repair_queries
from svc_credit_registry.listing.repairs import service as repairs
from svc_credit_registry.listing.repairs.schemas import AcceptanceIn, RepairDecisionIn, RepairIn

COMMITMENT = "本企业承诺依法诚信经营，不再发生同类违法行为，如有违背自愿接受加重惩戒。"


async def unreachable(session: AsyncSession) -> None:
    """Listed since nobody was found at the registered place."""
    if not await _has_entry(session, TRADER):
        given = {
            "ground": "unreachable",
            "facts": "在登记的住所未找到该企业，电话无人接听。",
            "visited_on": _days_ago(4),
        }
        await _listed(session, TRADER, "421303", given)


async def unreported(session: AsyncSession) -> None:
    """Listed since it has not reported on last year."""
    if not await _has_entry(session, MACHINES):
        year = today().year - 1
        given = {"ground": "no_annual_report", "facts": f"未按期公示{year}年度报告。", "report_year": year}
        await _listed(session, MACHINES, "421321", given)


async def removed(session: AsyncSession) -> None:
    """Listed, and taken off again by a decision after the cure was verified."""
    if await _has_entry(session, BUILDER):
        return
    given = {"ground": "unreachable", "facts": "在登记的住所未找到该企业。", "visited_on": _days_ago(6)}
    entry = await _listed(session, BUILDER, "421303", given)
    us, them = enterprise(code_of(BUILDER)), officer("421303")
    asked = await removals.apply(session, us, entry.id, RemovalIn(cure="已变更登记住所并悬挂企业标牌。"), now())
    found = RemovalVerificationIn(cured=True, findings="经实地核查，企业在新住所正常经营。")
    await removals.verify(session, them, asked.id, found, now())
    decision = RemovalDecisionIn(outcome="granted", reason="可以通过登记的住所取得联系。")
    await removals.decide(session, them, asked.id, decision, now())


async def serious(session: AsyncSession) -> None:
    """On the list of serious violations, with the superior's consent, after the enterprise had nothing to say."""
    if await _has_entry(session, FOOD):
        return
    them, us = officer("421303"), enterprise(code_of(FOOD))
    body = _proposal(FOOD, "serious", {
        "ground": "food_safety", "facts": "生产经营超范围使用食品添加剂的食品，性质恶劣、情节严重。",
        "penalty": {"document_number": FOOD_PENALTY, "decided_on": _days_ago(20), "types": ["heavier_fine"]},
    })  # fmt: skip
    entry = await proposals.propose(session, them, body, today())
    await proposals.state_case(session, us, entry.id, StatementIn(waived=True), today())
    await proposals.consent(session, officer("421300"), entry.id, "随市监信〔2026〕演1号", today())
    await _decided(session, entry, "421303")


async def repaired(session: AsyncSession) -> None:
    """A penalty whose publication ended early, by a decision on credit repair."""
    us, them = enterprise(code_of(PHARMACY)), officer("421303")
    asked = repair_queries.of_enterprise(code_of(PHARMACY)).limit(1)
    if await session.scalar(asked) is not None:
        return
    body = RepairIn(producer=ZENGDU, key=PRICE_PENALTY, cure="罚款已缴清，已逐项改正标价。", commitment=COMMITMENT)
    repair = await repairs.apply(session, us, body, today())
    await repairs.accept(session, them, repair, AcceptanceIn(accepted=True, reason="材料齐全。"), now())
    decision = RepairDecisionIn(outcome="granted", reason="已履行处罚决定，公示满六个月。")
    await repairs.decide(session, them, repair, decision, now())


async def _listed(session: AsyncSession, name: str, region: str, given: dict[str, Any]) -> ListEntry:
    entry = await proposals.propose(session, officer(region), _proposal(name, "abnormal", given), today())
    return await _decided(session, entry, region)


async def _decided(session: AsyncSession, entry: ListEntry, region: str) -> ListEntry:
    held = await lists.for_officer(session, officer(region), entry.id)
    decision = ProposalDecisionIn(outcome="listed", reason="事实清楚，证据确凿，决定列入。")
    return await proposals.decide(session, officer(region), held, decision, now())


def _proposal(name: str, kind: str, given: dict[str, Any]) -> ProposalIn:
    said = {"list": kind, "code": code_of(name), "verified_on": _days_ago(3)}
    return ProposalIn.model_validate(said | given)


def _days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


async def _has_entry(session: AsyncSession, name: str) -> bool:
    return await session.scalar(select(ListEntry.id).where(ListEntry.code == code_of(name)).limit(1)) is not None
