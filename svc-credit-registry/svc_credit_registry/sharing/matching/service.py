"""Joining records to enterprises."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from shared.settings import ServiceSettings
from svc_credit_registry.sharing.matching import queries, rules
from svc_credit_registry.sharing.matching.rules import Claim, Verdict


def index_of(settings: ServiceSettings) -> Path:
    """Where the index of names is that the serving process keeps."""
    return settings.data_dir.resolve() / "search"


async def match(session: AsyncSession, root: Path, claims: Sequence[Claim], today: date) -> list[Verdict]:
    """Whose each record is, in the order of the claims; a few statements however many there are."""
    codes = {claim.code for claim in claims if claim.code is not None}
    successors = await queries.successors(session, sorted(codes)) if codes else {}
    register = await queries.known(session, sorted(codes | set(successors.values()))) if codes else {}
    names = {c.name for c in claims if c.name and successors.get(c.code or "", c.code) not in register}
    near = await asyncio.to_thread(queries.near, root, sorted(names)) if names else {}
    others = {code for found in (near or {}).values() for code in found} - register.keys()
    if others:
        gone_on = await queries.successors(session, sorted(others))
        register |= await queries.known(session, sorted((others | set(gone_on.values())) - register.keys()))
        successors |= gone_on
    return [
        rules.judge(claim, register, successors, None if near is None else near.get(claim.name or "", []), today)
        for claim in claims
    ]


async def goes_on_as(session: AsyncSession, code: str) -> str:
    """The code under which the record of `code` goes on now: itself, unless it was changed or merged."""
    return (await queries.successors(session, [code])).get(code, code)
