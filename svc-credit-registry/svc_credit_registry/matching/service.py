"""Joining records to enterprises."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.decomposition.rules import decompose
from svc_credit_registry.matching import queries, rules
from svc_credit_registry.matching.rules import Claim, Verdict


async def match(session: AsyncSession, claims: Sequence[Claim], today: date) -> list[Verdict]:
    """Whose each record is, in the order of the claims; three statements however many there are."""
    codes = {claim.code for claim in claims if claim.code is not None}
    successors = await queries.successors(session, sorted(codes)) if codes else {}
    register = await queries.known(session, sorted(codes | set(successors.values())))
    trades = {
        c.name: _trade_name(c) for c in claims if c.name and (c.code is None or _unknown(c, register, successors))
    }
    near = await queries.near(session, trades) if trades else {}
    others = {code for codes_ in near.values() for code in codes_} - register.keys()
    if others:
        register |= await queries.known(session, sorted(others))
    return [
        rules.judge(claim, register, successors, near.get(trades.get(claim.name or "", ""), []), today)
        for claim in claims
    ]


def _unknown(claim: Claim, register: dict[str, rules.Known], successors: dict[str, str]) -> bool:
    code = claim.code or ""
    return successors.get(code, code) not in register


def _trade_name(claim: Claim) -> str:
    return decompose(claim.name or "", claim.region).trade_name
