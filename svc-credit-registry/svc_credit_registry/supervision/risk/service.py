"""Models, runs and the classes they give."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from svc_credit_registry.record.classification.rules import INDUSTRIES
from svc_credit_registry.record.enterprises import queries as register
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.supervision.risk import queries, rules
from svc_credit_registry.supervision.risk.errors import (
    RegionNotYours,
    RiskModelTaken,
    RiskModelUnfit,
    RiskModelUnknown,
    RiskRunUnderWay,
    RiskRunUnknown,
    RiskUnknown,
)
from svc_credit_registry.supervision.risk.models import RiskModel, RiskRun
from svc_credit_registry.supervision.risk.rules import Counts, Figure, Model, RiskClass
from svc_credit_registry.supervision.risk.schemas import (
    DistributionOut,
    FoundOut,
    ModelIn,
    RiskChangeOut,
    RiskOut,
    RunIn,
    ShareOut,
)

NOTE = "信用风险分类仅供监管部门内部使用，不对外公示 / for supervision and for the entity itself, not published"
DEFINITION = (
    "每月按已公示信息分类的存续及吊销未注销企业户数；当月新进入名录者计入户数，不计入各类 / active and revoked "
    "entities by the class of the monthly run, from published information alone; who joined since is in no class"
)


def read(row: RiskModel) -> Model:
    """A stored version as the rules know it."""
    return rules.read_model(row.version, row.since, row.document)


async def model(session: AsyncSession, version: str) -> RiskModel:
    """A published version; 404 for one that is not."""
    row = await session.get(RiskModel, version)
    if row is None:
        raise RiskModelUnknown
    return row


async def publish_model(session: AsyncSession, caller: Caller, body: ModelIn, today: date) -> RiskModel:
    """Publishes a version that takes effect on a day to come. Only a unit of the nation may: one model for all."""
    if not caller.covers(regions.NATION):
        raise RegionNotYours(region=regions.NATION)
    if body.since <= today:
        raise RiskModelUnfit("启用日期须在今日之后 / a model begins on a day to come", today=str(today))
    document = body.document.model_dump(mode="json", exclude_none=True)
    rules.read_model(body.version, body.since, document)
    if await queries.model_taken(session, body.version, body.since):
        raise RiskModelTaken
    digest = rules.digest_of(document)
    row = RiskModel(
        version=body.version, since=body.since, basis=body.basis, document=document, digest=digest,
        published_by=caller.subject,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await audit.record(
        session, caller, action="risk_model.published", object_type="risk_model", object_id=row.version,
        after={"since": row.since, "digest": digest}, reason=row.basis,
    )  # fmt: skip
    return row


async def begin_monthly(session: AsyncSession, day: date, now: datetime) -> RiskRun | None:
    """Begins the run of the month when it has not begun and none is under way: one a month, whoever comes first.

    None of an empty register: it would stand for the month in which the register is loaded.
    """
    month = rules.month_of(day)
    version = await queries.model_in_force(session, day)
    if version is None or await queries.of_month(session, "monthly", month) or await register.is_empty(session):
        return None
    run: dict[str, Any] = {
        "kind": "monthly", "month": month, "model": version.version, "as_of": day, "cutoff": now,
        "requested_by": audit.SYSTEM.subject,
    }  # fmt: skip
    return await _begin(session, audit.SYSTEM, run)


async def begin_ad_hoc(session: AsyncSession, caller: Caller, body: RunIn, day: date, now: datetime) -> RiskRun:
    """Begins a run for a region that the caller's unit covers; the worker carries it out. 409 while another runs."""
    region = body.region or caller.region or regions.NATION
    if not caller.covers(region):
        raise RegionNotYours(region=region)
    version = await queries.model_in_force(session, day)
    if version is None:
        raise RiskModelUnknown
    asked: dict[str, Any] = {
        "kind": "ad_hoc", "month": rules.month_of(day), "region": region, "model": version.version, "as_of": day,
        "cutoff": now, "requested_by": caller.subject, "reason": body.reason,
    }  # fmt: skip
    run = await _begin(session, caller, asked)
    if run is None:
        raise RiskRunUnderWay
    return run


async def _begin(session: AsyncSession, caller: Caller, values: dict[str, Any]) -> RiskRun | None:
    """The run, entered and audited; None where it may not be: another is under way, or this one was begun before."""
    run = await queries.enter(session, values)
    if run is None:
        return None
    await audit.record(
        session, caller, action="risk_run.started", object_type="risk_run", object_id=run.id,
        after={"kind": run.kind, "region": run.region, "model": run.model, "as_of": run.as_of}, reason=run.reason,
    )  # fmt: skip
    return run


async def join(session: AsyncSession, day: date, now: datetime, limit: int) -> int:
    """Classifies who came into the register since it was last looked at, by its changes; how many changes were read.

    The position moves in the same transaction: after a kill they are read again, and who has a class is left alone.
    """
    followed, version = await queries.followed(session), await queries.model_in_force(session, day)
    changes = await feed.after(session, followed.position, limit)
    if not changes or version is None:
        return 0
    codes = await queries.without_class(session, sorted({change.code for change in changes}))
    if codes:
        run = await _joining(session, version, day, now)
        done = await queries.classify_named(session, run, read(version), codes)
        run.entities += done.entities if done else 0
        run.changed, run.finished_at = run.entities, now
    followed.position = changes[-1].position
    return len(changes)


async def _joining(session: AsyncSession, version: RiskModel, day: date, now: datetime) -> RiskRun:
    """The run of those who join in a month: always finished, it grows."""
    month = rules.month_of(day)
    values: dict[str, Any] = {
        "kind": "joined", "month": month, "state": "finished", "finished_at": now, "model": version.version,
        "as_of": day, "cutoff": now, "requested_by": audit.SYSTEM.subject,
    }  # fmt: skip
    run = await queries.of_month(session, "joined", month) or await _begin(session, audit.SYSTEM, values)
    assert run is not None  # who joins holds the position up to which was looked
    run.model, run.as_of, run.cutoff = version.version, day, now
    await session.flush()
    return run


async def advance(session: AsyncSession, run: RiskRun, batch: int, now: datetime) -> int:
    """Classifies the next stretch of codes and moves the run's position, both in the transaction at hand.

    So whatever kills the process leaves the run between two stretches, and none of them counts twice. Gives how many
    entities were classified; finishes the run behind the last code.
    """
    done = await queries.classify(session, run, read(await model(session, run.model)), batch)
    if done is not None:
        run.position, run.entities, run.changed = done.last, run.entities + done.entities, run.changed + done.changed
        return max(1, done.entities)
    run.state, run.finished_at = "finished", now
    await audit.record(
        session, audit.SYSTEM, action="risk_run.finished", object_type="risk_run", object_id=run.id,
        after={"entities": run.entities, "changed": run.changed},
    )  # fmt: skip
    return 0


async def run_of(session: AsyncSession, caller: Caller, run_id: uuid.UUID) -> RiskRun:
    """A run; 404 for those of regions which the caller's unit does not cover."""
    run = await session.get(RiskRun, run_id, populate_existing=True)
    if run is None or (run.region is not None and not caller.covers(run.region)):
        raise RiskRunUnknown
    return run


async def explained(session: AsyncSession, caller: Caller, code: str, *, english: bool) -> RiskOut:
    """The class of an entity with its reasons, for staff over its region and for the entity itself; 404 for others."""
    enterprise = await enterprises.find(session, code)
    supervises = caller.kind == "staff" and caller.covers(enterprise.region) and rules.may_read(caller.permissions)
    if not supervises and not caller.acts_for(enterprise.code, rules.MATTER):
        raise RiskUnknown
    risk = await queries.of(session, enterprise.code)
    if risk is None:
        raise RiskUnknown("尚未分类 / not classified yet")
    version = read(await model(session, risk.model))
    return RiskOut(
        code=risk.code,
        risk_class=RiskClass(risk.risk_class),
        label=rules.CLASS_LABELS[RiskClass(risk.risk_class)][english],
        score=risk.score,
        since=risk.since,
        as_of=risk.as_of,
        model=risk.model,
        thresholds=dict(version.classes),
        indicators=_found(risk.found, version, english=english),
        history=await _history(session, risk.code, english=english),
        basis=rules.BASIS,
        note=NOTE,
    )


async def _history(session: AsyncSession, code: str, *, english: bool) -> list[RiskChangeOut]:
    """Every change with the indicators which had points then, by the model of its day."""
    versions: dict[str, Model] = {}
    history = []
    for change in await queries.changes_of(session, code):
        if change.model not in versions:
            versions[change.model] = read(await model(session, change.model))
        found = _found(change.found, versions[change.model], english=english) if change.found is not None else []
        told = RiskChangeOut.model_validate(change)
        history.append(told.model_copy(update={"reasons": [one for one in found if one.points or one.lowest_class]}))
    return history


def _found(found: Sequence[int], version: Model, *, english: bool) -> list[FoundOut]:
    judged = rules.judge(version, found)
    return [
        FoundOut(
            code=one.code,
            label=one.label_en if english else one.label,
            value=value,
            points=points,
            bands=list(one.bands),
            lowest_class=one.lowest_class if value > 0 else None,
        )
        for one, value, points in zip(version.indicators, found, judged.points, strict=True)
    ]


async def distribution(session: AsyncSession, region: str, month: date | None) -> DistributionOut:
    """The figures of a finished monthly run for a region; 404 when there is none."""
    run = await queries.finished(session, month and rules.month_of(month))
    if run is None or run.finished_at is None or not regions.is_known(region):
        raise RiskRunUnknown
    figures = await queries.figures(session, run.month)
    told = told_of(figures)
    whole: Counts = {}
    below: dict[str, Counts] = {child.code: {} for child in regions.children(region)}
    industries: dict[str, Counts] = {}
    for dimension, key, letter, number in figures:
        if dimension == "region" and regions.covers(region, key):
            whole[letter] = whole.get(letter, 0) + number
            child = next((step for step in (key[:2] + "0000", key[:4] + "00", key) if step in below), None)
            _add(below, child, letter, number)
        elif dimension == "industry" and region == regions.NATION:
            _add(industries, key, letter, number)
    return DistributionOut(
        definition=DEFINITION,
        month=run.month,
        as_of=run.as_of,
        model=run.model,
        computed_at=run.finished_at,
        minimum_shown=rules.MINIMUM_SHOWN,
        whole=_share(region, regions.name(region), whole, told=regions.prefix(region) in told),
        regions=[
            _share(code, regions.name(code), found, told=regions.prefix(code) in told)
            for code, found in below.items() if found
        ],
        industries=_industries(industries),
    )  # fmt: skip


def told_of(figures: Sequence[Figure]) -> frozenset[str]:
    """The regions of which the figures of a month are published by class, as what codes below them begin with."""
    sizes: dict[str, int] = {}
    for dimension, key, letter, number in figures:
        if dimension == "region" and letter is not None:
            sizes[key] = sizes.get(key, 0) + number
    return rules.told_regions(sizes)


def _industries(found: dict[str, Counts]) -> list[ShareOut]:
    classed = {key: sum(n for letter, n in counts.items() if letter is not None) for key, counts in found.items()}
    hidden = rules.withheld(classed)
    return [
        _share(key, INDUSTRIES[key].label if key in INDUSTRIES else None, classes, told=key not in hidden)
        for key, classes in sorted(found.items())
    ]


def _add(group: dict[str, Counts], key: str | None, letter: str | None, number: int) -> None:
    if key is not None:
        found = group.setdefault(key, {})
        found[letter] = found.get(letter, 0) + number


def _share(key: str, label: str | None, found: Counts, *, told: bool) -> ShareOut:
    classes = {name: found.get(name, 0) for name in RiskClass} if told else None
    return ShareOut(key=key, label=label, entities=sum(found.values()), classes=classes)
