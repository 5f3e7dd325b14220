"""Answering a check, and noting who asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import statutory_date
from shared.privacy import mask_name
from shared.telemetry import request_id_var
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.supervision.measure_catalogue.rules import (
    EFFECT_LABELS,
    MATTERS,
    Effect,
    measure_name,
    strongest,
)
from svc_credit_registry.supervision.measures.service import name_key, person_key
from svc_credit_registry.supervision.restrictions import queries, rules
from svc_credit_registry.supervision.restrictions.errors import NothingToCheck, TooManySubjects
from svc_credit_registry.supervision.restrictions.rules import Hit
from svc_credit_registry.supervision.restrictions.schemas import (
    CheckIn,
    ChecksOut,
    PersonToCheck,
    RestrictionOut,
    SubjectOut,
)


@dataclass(frozen=True)
class Asked:
    """A person asked about, as blind indexes."""

    person: PersonToCheck
    key: bytes
    name: bytes


async def check(session: AsyncSession, caller: Caller, body: CheckIn, now: datetime, *, english: bool) -> ChecksOut:
    """What stands against these subjects in this matter today; every one of them is noted.

    422 for a code that can't be one, for nobody, and for more than 200.
    """
    codes = list(dict.fromkeys(valid_code(code) for code in body.codes))
    asked = [Asked(p, person_key(p.id_number), name_key(p.name)) for p in body.persons]
    if not codes and not asked:
        raise NothingToCheck
    if len(codes) + len(asked) > rules.MOST_AT_ONCE:
        raise TooManySubjects
    today = statutory_date(now)
    items = await _entities(session, codes, body.matter, today, english) if codes else []
    items += await _persons(session, asked, body.matter, today, english) if asked else []
    keys: list[tuple[str | None, bytes | None]] = [(code, None) for code in codes] + [(None, a.key) for a in asked]
    await queries.note(session, [_row(caller, body, key, item) for key, item in zip(keys, items, strict=True)])
    effect = strongest(item.effect for item in items if item.effect != "none")
    known = body.matter in MATTERS
    return ChecksOut(
        matter=body.matter, matter_known=known, case_id=body.case_id, checked_at=now, effect=effect, items=items
    )


async def _entities(
    session: AsyncSession, codes: Sequence[str], matter: str, today: date, english: bool
) -> list[SubjectOut]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    known = set()
    for row in await queries.of_entities(session, codes, today):
        known |= {row.asked} if row.known else set()
        if row.id is not None and rules.bears_on(row.matters, matter):
            found[row.asked].append(row)
    return [
        _subject([(row, rules.EXACT) for row in found[code]], english, code=code, known=code in known) for code in codes
    ]


async def _persons(
    session: AsyncSession, asked: Sequence[Asked], matter: str, today: date, english: bool
) -> list[SubjectOut]:
    rows = await queries.of_persons(session, [a.key for a in asked], [a.name for a in asked], today)
    bearing = [row for row in rows if rules.bears_on(row.matters, matter)]
    items = []
    for one in asked:
        exact = [(row, rules.EXACT) for row in bearing if row.person_key == one.key]
        named = [(row, rules.BY_NAME) for row in bearing if row.person_key is None and row.name_key == one.name]
        items.append(_subject(exact + named, english, person=mask_name(one.person.name), known=True))
    return items


def _subject(hits: Sequence[tuple[Row[Any], str]], english: bool, **who: Any) -> SubjectOut:
    found = [(row, Hit(row.effect, row.matters, matched_by)) for row, matched_by in hits]
    return SubjectOut(
        **who,
        effect=rules.overall([hit for _, hit in found]),
        restrictions=[_restriction(row, hit, english) for row, hit in found],
    )


def _restriction(row: Row[Any], hit: Hit, english: bool) -> RestrictionOut:
    effect = rules.effect_of(hit)
    plain = ("number", "measure", "subject", "role", "code", "since", "until", "basis", "ground", "unit")
    return RestrictionOut(
        directive_id=row.id,
        measure_name=measure_name(row.measure, english=english),
        effect=effect,
        effect_label=EFFECT_LABELS[Effect(effect)][english],
        matched_by=hit.matched_by,
        **{name: getattr(row, name) for name in plain},
    )


def _row(caller: Caller, body: CheckIn, key: tuple[str | None, bytes | None], item: SubjectOut) -> dict[str, Any]:
    return {
        "requester": caller.client_id if caller.kind == "system" and caller.client_id else caller.subject,
        "on_behalf_of": body.on_behalf_of,
        "matter": body.matter,
        "case_id": body.case_id,
        "code": key[0],
        "person_key": key[1],
        "effect": item.effect,
        "found": len(item.restrictions),
        "request_id": request_id_var.get() or None,
    }
