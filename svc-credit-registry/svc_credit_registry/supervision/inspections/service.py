"""Plans from draft to draw."""

import secrets
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.clock import statutory_date
from shared.codes import regions
from shared.db import Sessions
from shared.http import check_version
from svc_credit_registry.supervision.inspections import queries, rules
from svc_credit_registry.supervision.inspections.errors import (
    DrawUnknown,
    PlanNotYours,
    PlanUnfit,
    PlanUnknown,
)
from svc_credit_registry.supervision.inspections.models import (
    InspectionAssignment,
    InspectionDraw,
    InspectionExclusion,
    InspectionPlan,
    InspectionTask,
)
from svc_credit_registry.supervision.inspections.queries import Chosen
from svc_credit_registry.supervision.inspections.rules import InspectionState
from svc_credit_registry.supervision.inspections.schemas import (
    DrawnOut,
    DrawOut,
    OpeningOut,
    PlanIn,
    PlanOut,
    PoolOut,
    StratumOut,
    substitution_out,
)
from svc_credit_registry.supervision.inspectors import queries as inspectors

PLAN = "credit-registry:inspections:plan"


async def create(session: AsyncSession, caller: Caller, body: PlanIn, today: date) -> InspectionPlan:
    """A draft of the caller's unit; 422 when it breaks a rule of the law."""
    region = caller.region or ""
    _check(body, region, today)
    number = await queries.next_number(session, region, body.period_from)
    plan = InspectionPlan(
        number=number, region=region, unit=caller.unit or "", created_by=caller.subject, **_columns(body)
    )
    session.add(plan)
    await session.flush()
    await _audit(session, caller, "inspection_plan.created", plan)
    return plan


async def edit(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: PlanIn, today: date
) -> InspectionPlan:
    """Replaces what a draft says."""
    plan = await own(session, caller, place[0], (InspectionState.DRAFT,))
    check_version(plan, place[1])
    _check(body, plan.region, today)
    for name, value in _columns(body).items():
        setattr(plan, name, value)
    await session.flush()
    await _audit(session, caller, "inspection_plan.edited", plan)
    return plan


def _check(body: PlanIn, region: str, today: date) -> None:
    if not region:
        raise PlanNotYours("计划由有管辖地区的单位拟定 / a unit with a region makes plans")
    law = rules.law_on(body.period_from)
    period = (body.period_from, body.period_until)
    rules.check_plan(law, body.ratios.model_dump(), body.inspectors_each, period)
    rules.check_announcement(body.entropy_source, body.entropy_from, today)
    if body.criteria.region is not None and not regions.covers(region, body.criteria.region):
        raise PlanUnfit("名录库须在本单位管辖地区之内 / the pool lies within the unit's region", region=region)


def _columns(body: PlanIn) -> dict[str, object]:
    columns = body.model_dump(exclude={"criteria"})
    return columns | {"criteria": body.criteria.model_dump(mode="json")}


async def own(
    session: AsyncSession, caller: Caller, plan_id: uuid.UUID, states: Sequence[InspectionState]
) -> InspectionPlan:
    """A plan of the caller's own unit's region, locked; 404 and 403 for others', 409 at another step."""
    plan = await queries.find(session, plan_id, lock=True)
    if plan is None or (plan.published_on is None and not caller.covers(plan.region)):
        raise PlanUnknown
    if caller.region != plan.region:
        raise PlanNotYours(region=plan.region)
    rules.check_state(plan.state, states)
    return plan


async def visible(session: AsyncSession, caller: Caller | None, plan_id: uuid.UUID) -> InspectionPlan:
    """A plan: a published one for everybody; a draft, also a cancelled one, for planners over its region."""
    plan = await queries.find(session, plan_id)
    plans = caller is not None and caller.has(PLAN)
    if plan is None or (plan.published_on is None and not (plans and caller and caller.covers(plan.region))):
        raise PlanUnknown
    return plan


async def publish(session: AsyncSession, caller: Caller, plan_id: uuid.UUID, today: date) -> InspectionPlan:
    """Makes a draft public; from then on it is not edited."""
    plan = await own(session, caller, plan_id, (InspectionState.DRAFT,))
    plan.state, plan.published_on = InspectionState.PUBLISHED, today
    await session.flush()
    await _audit(session, caller, "inspection_plan.published", plan)
    return plan


async def cancel(session: AsyncSession, caller: Caller, plan_id: uuid.UUID, reason: str) -> InspectionPlan:
    """Ends a plan before its pools are frozen; one that was public stays so, with the reason.

    Afterwards it is drawn whatever comes: who may end a plan whose seed is there could do so until one fits.
    """
    plan = await own(session, caller, plan_id, (InspectionState.DRAFT, InspectionState.PUBLISHED))
    plan.state, plan.cancelled_reason = InspectionState.CANCELLED, reason
    await session.flush()
    await _audit(session, caller, "inspection_plan.cancelled", plan, reason)
    return plan


async def freeze(session: AsyncSession, caller: Caller, plan_id: uuid.UUID, now: datetime) -> InspectionPlan:
    """Freezes both pools and commits to a seed: from here on nobody chooses anything any more.

    The seed is made after the pool is fixed and shown only by its SHA-256; 409 when a pool is too small, or when the
    public number that the plan has announced is known by now.
    """
    plan = await own(session, caller, plan_id, (InspectionState.PUBLISHED,))
    rules.check_unknown(plan.entropy_from, statutory_date(now))
    blind, seed = secrets.token_bytes(32), secrets.token_bytes(32)
    frozen = await queries.freeze(session, plan, blind, statutory_date(now))
    certificates = [one.certificate for one in await inspectors.drawable(session, plan.region)]
    rules.check_pools(frozen.entities, len(certificates), plan.inspectors_each)
    sizes = await queries.strata(session, plan.id)
    draw = InspectionDraw(
        plan_id=plan.id, algorithm=rules.ALGORITHM, commitment=rules.commitment_of(seed), seed=seed.hex(),
        blind=blind.hex(), frozen_at=now, entities=frozen.entities, codes_digest=frozen.codes_digest,
        tokens_digest=frozen.tokens_digest, inspectors=certificates,
        inspectors_digest=rules.digest_of(certificates), strata=[_stratum(plan, n, sizes) for n in rules.CLASSES],
    )  # fmt: skip
    session.add(draw)
    plan.state = InspectionState.FROZEN
    await session.flush()
    await _audit(session, caller, "inspection_plan.frozen", plan, commitment=draw.commitment, pool=draw.tokens_digest)
    return plan


def _stratum(plan: InspectionPlan, name: str, sizes: dict[str, int]) -> dict[str, object]:
    size, ratio = sizes.get(name, 0), int(str(plan.ratios[name]))
    return {"stratum": name, "size": size, "ratio": ratio, "take": rules.take(size, ratio)}


async def draw(
    session: AsyncSession, caller: Caller, plan_id: uuid.UUID, entropy: str | None, now: datetime
) -> InspectionPlan:
    """Draws entities and inspectors by the committed seed, publishes the seed, and gives out the tasks."""
    plan = await own(session, caller, plan_id, (InspectionState.FROZEN,))
    today = statutory_date(now)
    public = rules.check_entropy(plan.entropy_source, plan.entropy_from, entropy, today)
    frozen = await drawn_of(session, plan)
    key = rules.key_of(plan.number, bytes.fromhex(frozen.seed), public)
    takes = {str(s["stratum"]): int(str(s["take"])) for s in frozen.strata}
    chosen = await queries.draw(session, plan.id, key, takes)
    frozen.entropy, frozen.drawn_at, frozen.drawn = public, now, len(chosen)
    await _give_out(session, plan, frozen, chosen, today)
    plan.state = InspectionState.DRAWN
    await session.flush()
    await _audit(session, caller, "inspection_plan.drawn", plan, drawn=len(chosen), seed=frozen.seed, entropy=public)
    return plan


async def drawn_of(session: AsyncSession, plan: InspectionPlan) -> InspectionDraw:
    """What was frozen for a plan; 404 when nothing is yet."""
    found = await queries.draw_of(session, plan.id)
    if found is None:
        raise DrawUnknown
    return found


def shown(plan: InspectionPlan, *, english: bool) -> PlanOut:
    """A plan in the reader's language."""
    has_draw = plan.state in (InspectionState.FROZEN, InspectionState.DRAWN)
    columns = {name: getattr(plan, name) for name in PlanOut.model_fields if hasattr(plan, name)}
    return PlanOut.model_validate(
        columns
        | {
            "state_label": rules.STATE_LABELS[InspectionState(plan.state)][english],
            "basis": rules.law_on(plan.period_from).basis,
            "draw_url": f"/v1/inspection-plans/{plan.id}/draw" if has_draw else None,
        }
    )


async def published_draw(session: AsyncSession, plan: InspectionPlan) -> DrawOut:
    """What is there to repeat a draw but for the drawn: the commitment and the digests, after the draw the seed."""
    frozen = await drawn_of(session, plan)
    return DrawOut(
        algorithm=frozen.algorithm,
        plan_number=plan.number,
        state=InspectionState(plan.state),
        commitment=frozen.commitment,
        frozen_at=frozen.frozen_at,
        draw_by=rules.draw_by(statutory_date(frozen.frozen_at), plan.entropy_from),
        entropy_source=plan.entropy_source,
        entropy_from=plan.entropy_from,
        pool=_pool(plan, frozen),
        seed=frozen.seed if frozen.drawn_at else None,
        entropy=frozen.entropy,
        drawn_at=frozen.drawn_at,
        drawn=[],
        most_replacements=rules.MOST_REPLACEMENTS,
    )


def _pool(plan: InspectionPlan, frozen: InspectionDraw) -> PoolOut:
    return PoolOut(
        entities=frozen.entities,
        codes_sha256=frozen.codes_digest,
        codes_url=f"/v1/inspection-plans/{plan.id}/pool/codes",
        tokens_sha256=frozen.tokens_digest,
        tokens_url=f"/v1/inspection-plans/{plan.id}/pool/tokens",
        strata=[StratumOut.model_validate(s | {"is_whole": s["size"] == s["take"] != 0}) for s in frozen.strata],
        inspectors=frozen.inspectors,
        inspectors_sha256=frozen.inspectors_digest,
        inspectors_each=plan.inspectors_each,
    )


async def drawn(sessions: Sessions, plan_id: uuid.UUID, draw: DrawOut) -> AsyncIterator[list[DrawnOut]]:
    """The drawn entities in order, some at a time; nothing is open in the database while they are sent."""
    first, more = 1, draw.drawn_at is not None
    while more:
        async with sessions() as session:
            found = await _drawn(session, plan_id, draw.pool, range(first, first + queries.DRAWN_AT_ONCE))
        yield found
        first, more = first + queries.DRAWN_AT_ONCE, len(found) == queries.DRAWN_AT_ONCE


async def _drawn(session: AsyncSession, plan_id: uuid.UUID, pool: PoolOut, places: range) -> list[DrawnOut]:
    """Inspectors as they were dealt, with those who took their places since."""
    by_task: dict[uuid.UUID, list[InspectionAssignment]] = defaultdict(list)
    for assignment in await queries.assignments_of(session, plan_id, places):
        by_task[assignment.task_id].append(assignment)
    excluded: dict[uuid.UUID, list[str]] = defaultdict(list)
    for task_id, certificate in await queries.exclusions_of(session, plan_id, places):
        excluded[task_id].append(certificate)
    return [
        DrawnOut(
            position=task.position, task_number=task.number, code=task.code, salt=task.salt, token=task.token,
            stratum=task.stratum, inspectors=[a.certificate for a in by_task[task.id] if a.place is not None],
            excluded=excluded[task.id],
            substitutions=[substitution_out(a) for a in _ended(by_task[task.id])],
            has_choice=len(pool.inspectors) - len(excluded[task.id]) > pool.inspectors_each,
        )
        for task in await queries.tasks_of(session, plan_id, places)
    ]  # fmt: skip


def _ended(assignments: Sequence[InspectionAssignment]) -> list[InspectionAssignment]:
    """Those who have left, in the order in which they did."""
    return sorted((one for one in assignments if one.ended_on is not None), key=lambda one: one.ended_number or 0)


async def openings(session: AsyncSession, code: str) -> list[OpeningOut]:
    """An entity's own place in each pool it is or was in, so that it can find itself in the published file."""
    return [
        OpeningOut(
            plan_number=plan.number,
            salt=rules.salt_of(bytes.fromhex(frozen.blind), entry.code).hex(),
            token=entry.token.hex(),
            stratum=entry.stratum,
            drawn=drawn,
        )
        for plan, frozen, entry, drawn in await queries.opened(session, code)
    ]


async def _give_out(
    session: AsyncSession, plan: InspectionPlan, frozen: InspectionDraw, chosen: Sequence[Chosen], today: date
) -> None:
    """Writes tasks, inspectors and the conflicts that kept inspectors away."""
    grounds = await _conflicts(session, plan, [one.code for one in chosen], today)
    accounts = await queries.accounts(session, frozen.inspectors)
    certificates = {account: certificate for certificate, account in accounts.items()}
    barred = {
        one.token: {certificates[account] for account in grounds[one.code] if account in certificates} for one in chosen
    }
    key = rules.key_of(plan.number, bytes.fromhex(frozen.seed), frozen.entropy or "")
    dealt = rules.deal(key, [one.token for one in chosen], frozen.inspectors, plan.inspectors_each, barred)
    tasks, assigned, kept_away = [], [], []
    for place, (one, given) in enumerate(zip(chosen, dealt, strict=True), start=1):
        task = _task(plan, frozen, one, place, today)
        tasks.append(task)
        assigned += [
            {"task_id": task["id"], "inspector_id": accounts[c], "certificate": c, "place": i, "assigned_on": today}
            for i, c in enumerate(given, start=1)
        ]
        kept_away += [
            {"task_id": task["id"], "inspector_id": account, "certificate": certificates[account], "ground": ground}
            for account, ground in grounds[one.code].items()
            if account in certificates
        ]
    for table, rows in ((InspectionTask, tasks), (InspectionAssignment, assigned), (InspectionExclusion, kept_away)):
        if rows:
            await session.execute(insert(table), rows)


def _task(plan: InspectionPlan, frozen: InspectionDraw, one: Chosen, place: int, today: date) -> dict[str, object]:
    return {
        "id": uuid.uuid4(), "number": f"{plan.number}-{place:05d}", "plan_id": plan.id, "position": place,
        "code": one.code, "region": one.region, "stratum": one.stratum, "token": one.token.hex(),
        "salt": rules.salt_of(bytes.fromhex(frozen.blind), one.code).hex(), "state": "assigned", "drawn_on": today,
        "due_on": plan.period_until, "version": 1,
    }  # fmt: skip


async def _conflicts(
    session: AsyncSession, plan: InspectionPlan, codes: Sequence[str], today: date
) -> dict[str, dict[str, str]]:
    """By code: the accounts of inspectors who must keep away, with the ground."""
    grounds: dict[str, dict[str, str]] = defaultdict(dict)
    for code, account in await queries.recent(session, plan, codes, today):
        grounds[code][account] = "recent"
    for code, account in await inspectors.related(session, codes):
        grounds[code][account] = "declared"
    return grounds


async def _audit(
    session: AsyncSession, caller: Caller, action: str, plan: InspectionPlan, reason: str | None = None, **after: object
) -> None:
    await audit.record(
        session, caller, action=action, object_type="inspection_plan", object_id=plan.id,
        after={"number": plan.number, "state": plan.state} | after, reason=reason,
    )  # fmt: skip
