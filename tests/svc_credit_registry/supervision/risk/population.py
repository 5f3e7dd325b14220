"""Made-up entities with everything the model looks at, and the model once more in plain Python, to judge the SQL by."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from shared.clock import statutory_date
from shared.codes import credit_code
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.reporting.filings.rules import reports_here
from svc_credit_registry.supervision.risk.rules import (
    Indicator,
    Measure,
    Model,
    Standing,
    last_report_year,
    months_before,
)
from tests.svc_credit_registry.world import World, row

CUTOFF = datetime(2026, 11, 21, 4, tzinfo=UTC)
AS_OF = date(2026, 11, 21)
KINDS = {
    "serious_violation": {"ground": "x", "ground_label": "x", "decided_by": "x", "decision_number": "x"},
    "abnormal_operation": {"ground": "x", "ground_label": "x", "decided_by": "x", "decision_number": "x"},
    "penalty": {},
    "annual_report": {},
    "inspection": {},
    "licence": {},
    "equity_freeze": {"state": "frozen"},
    "joint_measure": {},
    "commitment": {},
    "branch": {},
}
NOT_IN_EFFECT = {"revoked", "released", "cancelled", "lapsed"}


@dataclass
class Entity:
    """An entity as the test made it."""

    facts: dict[str, str]
    items: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[date] = field(default_factory=list)


def _content(rng: random.Random, kind: str, produced: date) -> dict[str, Any]:
    content: dict[str, Any] = dict(KINDS[kind])
    if kind == "penalty":
        content["penalty_types"] = rng.sample(["fine", "warning", "closure", "吊销许可证件", "罚款"], rng.randint(1, 2))
        content["state"] = rng.choice(["in_force", "in_force", "revoked"])
    elif kind == "annual_report":
        year = rng.randint(2022, 2026)
        late = date(year + 1, rng.choice([3, 6, 7]), 30)
        content |= {"year": year, "filed_on": late.isoformat()}
    elif kind == "inspection":
        content["result"] = rng.choice(["nothing_found", "unreachable", "report_missing"])
    elif kind == "commitment":
        content["state"] = rng.choice(["made", "kept", "broken"])
    elif kind in {"serious_violation", "abnormal_operation"} and rng.random() < 0.3:
        content["removed_on"] = (produced + timedelta(days=rng.randint(1, 400))).isoformat()
        content["state"] = ("removed", "removed", "revoked")[produced.day % 3]
    return content


def _item(rng: random.Random, code: str) -> dict[str, Any]:
    kind = rng.choice(list(KINDS))
    produced = AS_OF - timedelta(days=rng.randint(-20, 1500))
    recorded = CUTOFF - timedelta(days=rng.randint(-5, 1400))
    superseded = recorded + timedelta(days=rng.randint(0, 1400)) if rng.random() < 0.4 else None
    until = produced + timedelta(days=rng.randint(0, 1500)) if rng.random() < 0.3 else None
    number = uuid.UUID(int=rng.getrandbits(128))
    return {
        "code": code, "kind": kind, "producer": "AMR-421303", "key": str(number), "version": 1,
        "content": _content(rng, kind, produced), "basis": "b", "produced_on": produced, "effective_from": produced,
        "effective_until": until, "provider": "p", "receipt": f"R{number.hex}", "recorded_at": recorded,
        "superseded_at": superseded,
        "ended_reason": "removed" if superseded is not None and rng.random() < 0.6 else None,
        "is_void": superseded is not None and number.int % 5 == 0,
        "publication_due_on": None,
        "publish_until": produced + timedelta(days=rng.randint(100, 1500)) if rng.random() < 0.2 else None,
    }  # fmt: skip


def population(count: int, seed: int = 7) -> dict[str, Entity]:
    """`count` entities by code; the same seed gives the same ones."""
    rng = random.Random(seed)
    found = {}
    for number in range(count):
        category = "2" if number % 10 == 3 else "1"  # individual businesses, and enterprises
        code = credit_code.make(rng.choice(["421303", "421321", "110105"]), 10_000_000 + number, category=category)
        status = rng.choices(["active", "revoked", "cancelled"], [90, 5, 5])[0]
        facts = row(
            code, f"随州风险{number}号酒业有限公司", region=code[2:8], status=status,
            industry_code=rng.choice(["C151", "H622", "I651", "F521"]),
            established_on=(AS_OF - timedelta(days=rng.randint(0, 4000))).isoformat(),
            ended_on="" if status == "active" else AS_OF.isoformat(),
        )  # fmt: skip
        items = [_item(rng, code) for _ in range(rng.choice([0, 0, 1, 2, 5, 9]))]
        complaints = [AS_OF - timedelta(days=rng.randint(-10, 700)) for _ in range(rng.choice([0, 0, 0, 1, 4, 40]))]
        found[code] = Entity(facts, items, complaints)
    return found


async def entered(world: World, entities: dict[str, Entity]) -> None:
    """Puts the entities into the register, with their records."""
    _, rejected = await world.load([entity.facts for entity in entities.values()])
    assert not rejected
    items = [item for entity in entities.values() for item in entity.items]
    complaints = [_complaint(code, day, i) for code, e in entities.items() for i, day in enumerate(e.complaints)]
    async with world.client.sessions() as session, session.begin():
        await session.execute(insert(RecordItem), items)
        await session.execute(insert(ComplaintRecord), complaints)


def _complaint(code: str, day: date, number: int) -> dict[str, Any]:
    return {
        "complaint_id": uuid.uuid4(), "enterprise_code": code, "number": str(number), "category": "c", "product": "p",
        "summary": "s", "outcome": "o", "received_on": day, "concluded_on": day, "published_on": day, "producer": "p",
        "basis": "b", "withheld_at": None,
    }  # fmt: skip


def values(model: Model, entity: Entity) -> list[int]:
    """What the model finds of an entity, counted one by one."""
    return [_value(indicator, entity) for indicator in model.indicators]


def _value(indicator: Indicator, entity: Entity) -> int:
    established = date.fromisoformat(entity.facts["established_on"])
    reports = [i for i in entity.items if i["kind"] == "annual_report" and _on_record(i) and not i["is_void"]]
    years = range(last_report_year(AS_OF) - indicator.years + 1, last_report_year(AS_OF) + 1)
    match indicator.measure:
        case Measure.ITEMS:
            return sum(_counts(indicator, item) for item in entity.items)
        case Measure.COMPLAINTS:
            return sum(_young(indicator, day) for day in entity.complaints)
        case Measure.REPORTS_MISSING:
            owed = reports_here(entity.facts["code"])
            due = {year for year in years if owed and year >= max(indicator.first_year, established.year)}
            return len(due - {report["content"]["year"] for report in reports})
        case Measure.REPORTS_LATE:
            return sum(r["content"]["year"] in years and "-07-" in r["content"]["filed_on"] for r in reports)
        case Measure.AGE_YEARS:
            return AS_OF.year - established.year - ((AS_OF.month, AS_OF.day) < (established.month, established.day))
        case Measure.INDUSTRY:
            return int(entity.facts["industry_code"].startswith(indicator.prefixes))
        case Measure.REVOKED:
            return int(entity.facts["status"] == "revoked")


def _on_record(item: dict[str, Any]) -> bool:
    gone = item["superseded_at"] is not None and item["superseded_at"] <= CUTOFF
    return item["recorded_at"] <= CUTOFF and not gone


def _counts(indicator: Indicator, item: dict[str, Any]) -> bool:
    if item["kind"] != indicator.kind or item["recorded_at"] > CUTOFF or item["is_void"]:
        return False
    if item["content"].get("state") in {"revoked", "withdrawn", "corrected"}:
        return False
    if item["publish_until"] is not None and item["publish_until"] < AS_OF:
        return False
    if indicator.field is not None and _matches(indicator, item["content"]) == indicator.others:
        return False
    ended = _ended_on(item)
    match indicator.standing:
        case Standing.CURRENT:
            in_effect = item["content"].get("state") not in NOT_IN_EFFECT
            return _on_record(item) and in_effect and ended is None and _young(indicator, item["produced_on"])
        case Standing.LAPSED:
            until = item["effective_until"]
            return _on_record(item) and until is not None and until < AS_OF and _young(indicator, until)
        case Standing.ENDED:
            return ended is not None and _young(indicator, ended)


def _ended_on(item: dict[str, Any]) -> date | None:
    removed = item["content"].get("removed_on")
    days = [date.fromisoformat(removed) if removed else None, item["effective_until"]]
    if _on_record(item):
        over = (days[0] is not None and days[0] <= AS_OF) or (days[1] is not None and days[1] < AS_OF)
    else:
        over = item["ended_reason"] is not None
        days.append(statutory_date(item["superseded_at"]))
    return next((day for day in days if day is not None), None) if over else None


def _matches(indicator: Indicator, content: dict[str, Any]) -> bool:
    if indicator.parts:
        return any(part in str(content.get(indicator.field or "", "")) for part in indicator.values)
    held: Sequence[str] | str = content.get(indicator.field or "", [])
    return bool({held} & set(indicator.values) if isinstance(held, str) else set(held) & set(indicator.values))


def _young(indicator: Indicator, day: date) -> bool:
    if day > AS_OF or day > months_before(AS_OF, indicator.after_months):
        return False
    return indicator.within_months is None or day > months_before(AS_OF, indicator.within_months)
