"""What follows from the lists by itself: a listing brings measures, a removal lifts them."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.clock import statutory_date
from svc_credit_registry.apart import Apart
from svc_credit_registry.record.enterprises import queries as register
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed.queries import last_position
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.sharing.matching import service as matching
from svc_credit_registry.supervision.measure_catalogue.rules import measure_on
from svc_credit_registry.supervision.measures import queries, rules
from svc_credit_registry.supervision.measures import service as measures
from svc_credit_registry.supervision.measures.models import MeasureDirective, MeasurePosition
from svc_credit_registry.supervision.measures.rules import Act, Automatic, State
from svc_credit_registry.supervision.measures.service import Person, Plan

FOLLOWING: Apart[str] = Apart("measure-followups")
ENDING: Apart[uuid.UUID] = Apart("measures-settled")
AT_ONCE = 20
"""Entities and directives in one transaction: who directs one himself does not wait long."""
LOOKED_AT = 2_000
"""Changes which one transaction goes past, of which few concern anybody with a measure or on a list that brings one."""


async def follow(session: AsyncSession, now: datetime) -> int:
    """Follows the feed by one step; how many changes are left. The position moves in the same transaction."""
    turn = await queries.take_turn(session)
    newest = max(await last_position(session), turn.position)
    last = min(newest, turn.position + LOOKED_AT)
    codes, turn.position = await queries.changed_codes(session, turn.position, last, AT_ONCE)
    left = newest - turn.position
    await _reconcile_each(session, codes, now)
    return left


async def _reconcile_each(session: AsyncSession, codes: Sequence[str], now: datetime) -> int:
    """Reconciles each entity apart: one that fails holds up no other, and `settle` takes it up again."""

    async def act(code: str) -> int:
        # Read again each time: what a savepoint took back, the session does not know any more.
        return await reconcile(session, await queries.take_turn(session), code, now)

    return await FOLLOWING.each(session, [(code, code) for code in codes], act, now)


async def settle(session: AsyncSession, now: datetime) -> int:
    """Ends directives whose term is over, and those whose ground is gone without a word in the feed; how many.

    Takes up those, too, who are listed without any directive: following them has failed before.
    """
    await queries.take_turn(session)
    today, aside = statutory_date(now), FOLLOWING.aside(now)

    async def end(row: MeasureDirective) -> None:
        turn = await queries.take_turn(session)
        await measures.finish(session, audit.SYSTEM, turn, row, Act.EXPIRE, rules.TERM_OVER, now)

    over = await queries.over(session, today, AT_ONCE, ENDING.aside(now))
    done = await ENDING.each(session, [(row.id, row) for row in over], end, now)
    adrift = await queries.adrift(session, today, AT_ONCE, aside)
    lifted = await _reconcile_each(session, adrift, now)
    await _reconcile_each(session, await queries.unfollowed(session, today, AT_ONCE, aside), now)
    return done + lifted


async def reconcile(session: AsyncSession, turn: MeasurePosition, code: str, now: datetime) -> int:
    """Lifts what has lost its ground and directs what a listing brings by itself; how much that was. Safe to repeat.

    A ground that went along to another code of the entity holds on: what rests on it stays, and is not directed twice.
    """
    today, done = statutory_date(now), 0
    grounds_of = await queries.grounds_of(session, code, await matching.goes_on_as(session, code))
    standing = [item for item in grounds_of if measures.holds(item, today)]
    grounds = {(item.kind, item.producer, item.key) for item in standing}
    for row in await queries.in_force_of(session, code):
        if row.ground_kind and (row.ground_kind, row.ground_producer, row.ground_key) not in grounds:
            await measures.finish(session, audit.SYSTEM, turn, row, Act.LIFT, rules.GROUND_GONE, now)
            done += 1
    for item in standing:
        if item.kind == rules.SERIOUS_VIOLATION:
            done += await _follow_listing(session, turn, item, now)
    return done


async def _follow_listing(session: AsyncSession, turn: MeasurePosition, item: RecordItem, now: datetime) -> int:
    rule = rules.automatic_on(item.effective_from)
    enterprise = await register.by_code(session, item.code)
    if rule is None or enterprise is None:
        return 0
    earlier = [row for row in await queries.on_ground(session, item) if await _is_of(session, row, item)]
    known = {row.measure for row in earlier if rules.settles(State(row.state), row.lifting_decision_number)}
    plans = [plan for plan in _plans(rule, enterprise, item, statutory_date(now)) if plan.measure.code not in known]
    for plan in plans:
        await measures.enter(session, audit.SYSTEM, turn, plan, now)
    return len(plans)


async def _is_of(session: AsyncSession, row: MeasureDirective, item: RecordItem) -> bool:
    return item.code in (row.code, await matching.goes_on_as(session, row.code))


def _plans(rule: Automatic, enterprise: Enterprise, item: RecordItem, today: date) -> list[Plan]:
    """What a listing brings by itself, as far as the law of today has it and its term is not over."""
    plans = []
    for followup in rule.followups:
        measure = measure_on(followup.measure, today)
        until = rules.until_when(measure, item.effective_from, item.effective_until, rule.years)
        name = enterprise.legal_representative_name.strip()
        if until < today or (followup.role is not None and len(name) < 2):
            continue
        person = Person(followup.role, name) if followup.role else None
        plans.append(
            Plan(
                measure=measure,
                enterprise=enterprise,
                person=person,
                since=item.effective_from,
                until=until,
                ground=f"{rule.basis}；{item.basis}",
                item=item,
                unit=item.producer,
                decision_number=_words(item.content.get("decision_number")),
                rule=rule.version,
            )
        )
    return plans


def _words(value: object) -> str | None:
    return str(value) if value is not None else None
